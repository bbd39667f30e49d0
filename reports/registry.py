"""Every report there is, by the name it is asked for."""

from reports.ageing import AGEING
from reports.report import Report

REPORTS: dict[str, Report] = {report.name: report for report in (AGEING,)}
