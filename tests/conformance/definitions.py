"""JSON held against published TypeScript definitions: what is missing, wrong or too much, said of the sample it is in.

The definitions come from npm (tests/support/npm.py). Each sample stands in one program as a fresh object, for only of
those does the compiler refuse what the type does not name. And each type has to refuse one key too many, or it is none.
"""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPTIONS = {
    "strict": True, "noEmit": True, "skipLibCheck": True, "types": [], "lib": ["esnext"], "target": "esnext",
    "module": "esnext", "moduleResolution": "bundler",
}  # fmt: skip
HELP = (
    "type Named<T, K> = string extends K ? (unknown extends T[K & keyof T] ? never : K) : K;",
    "type As<T, Or> = T extends string ? `${T}` : T extends (infer E)[] ? As<E, Or>[] : Kept<T, Or>;",
    "type Kept<T, Or> = T extends object ? Keys<T, Or> : T;",
    "type Keys<T, Or> = { [K in keyof T as Named<T, K>]: As<T[K], Or> | Or };",
    "type With<T, More> = Omit<T, keyof More> & More;",
    "type Closed<T> = As<T, never>;",
    "type Nullable<T> = As<T, null>;",
)
"""A type as JSON can have it: enums are their strings, and no `[key: string]: unknown` lets everything through."""
TOO_MUCH = "what_no_vendor_knows"
FOUND = re.compile(r"^samples\.ts\((\d+),(\d+)\): error (.*(?:\n +.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    what: str
    type: str
    value: Any


def complaints(samples: Sequence[Sample], *, modules: Mapping[str, str], packages: Path, folder: Path) -> list[str]:
    """One for each thing that is wrong. Types are named by the modules' short names."""
    program = [*(f'import type * as {name} from "{module}";' for name, module in modules.items()), *HELP]
    subjects = [*modules.values(), *HELP]
    for kind in sorted({sample.type for sample in samples}):
        program += ["// @ts-expect-error", f"export const _{len(program)}: Partial<{kind}> = {{ {TOO_MUCH}: 1 }};"]
        subjects += [f"{kind} lets anything through"] * 2
    for sample in samples:
        program.append(f"export const _{len(program)}: {sample.type} = {json.dumps(sample.value)};")
        subjects.append(f"{sample.what} as {sample.type}")
    return [
        f"{subjects[row]}: {words} at …{program[row][max(0, column - 60) : column + 60]}…"
        for row, column, words in _errors(program, packages, folder)
    ]


def _errors(program: list[str], packages: Path, folder: Path) -> list[tuple[int, int, str]]:
    (folder / "node_modules").symlink_to(packages)
    (folder / "samples.ts").write_text("\n".join(program))
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS, "files": ["samples.ts"]}))
    compiler = [str(packages / ".bin/tsc"), "--pretty", "false", "-p", "."]
    done = subprocess.run(compiler, cwd=folder, capture_output=True, text=True, check=False)
    found = [(int(row) - 1, int(column), words) for row, column, words in FOUND.findall(done.stdout)]
    assert bool(found) == bool(done.returncode), done.stdout + done.stderr
    return found
