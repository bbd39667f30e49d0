"""What any printer of PDFs promises. Another one is one line in PRINTERS."""

import asyncio
import io
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from domain.errors import DoorFault
from gateways.xhtml2pdf_printer import Xhtml2pdfPrinter
from tests.sandbox.listener import listening
from tests.support.printing import SharedPrinter, shared

SHIPPED = Path(__file__).parents[2] / "templates" / "pdf"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
NAMES = {
    "Polish": "Łukasz Żółć-Świętochłowski",
    "Turkish": "Çağrı Güneş İpek",
    "Vietnamese": "Nguyễn Thị Hằng",
    "Russian": "Дмитрий Щёкин",
    "Greek": "Γιώργος Παπαδόπουλος",
    "Arabic": "محمد عبد الله",
    "Hebrew": "שרה לוי",
    "Chinese": "王小明",
    "Japanese": "山田さくら",
    "Korean": "김민수",
}
LATIN = "<p>Łukasz <i>Garcia</i></p>"
UNDRAWABLE = "ส"
PRINTERS = [Xhtml2pdfPrinter]


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is shipped, a logo beside it, and a secret next door."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(SHIPPED / "fonts", folder / "pdf" / "fonts")
    (folder / "pdf" / "logo.png").write_bytes(PIXEL)
    (folder / "secret.png").write_bytes(PIXEL)
    return folder / "pdf"


@pytest.fixture(scope="module", params=PRINTERS)
def printer_of(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return request.param


@pytest.fixture(scope="module")
def printer(assets: Path, printer_of: Callable[..., Any]) -> Iterator[SharedPrinter]:
    """For what is on the paper."""
    with shared(printer_of(assets)) as printer:
        yield printer


@pytest.fixture
async def own_printer(assets: Path, printer_of: Callable[..., Any]) -> AsyncIterator[Any]:
    """For what becomes of its processes."""
    printer = printer_of(assets)
    yield printer
    await printer.close()


def presses() -> list[int]:
    """The worker processes of this one."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [pid for pid in map(int, children) if b"pdf_worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def environment_of(worker: int) -> bytes:
    return Path(f"/proc/{worker}/environ").read_bytes()


def end_of(process: int) -> asyncio.Event:
    """Set when the process has ended."""
    ended, loop, watched = asyncio.Event(), asyncio.get_running_loop(), os.pidfd_open(process)

    def notice() -> None:
        loop.remove_reader(watched)
        os.close(watched)
        ended.set()

    loop.add_reader(watched, notice)
    return ended


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def images_in(pdf: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages)


def seen(pdf: bytes, folder: Path) -> bytes:
    """The first page as pixels."""
    (folder / "page.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "60", "-gray", "-singlefile", str(folder / "page.pdf"), str(folder / "page")]
    subprocess.run(command, check=True)
    return (folder / "page.pgm").read_bytes()


async def test_the_same_html_gives_the_same_bytes_from_another_process_too(
    printer: SharedPrinter, assets: Path, printer_of: Callable[..., Any]
) -> None:
    html = "".join(f"<p>{name} <b>{name}</b></p>" for name in NAMES.values())
    first, again = await printer.print(html), await printer.print(html)
    other = printer_of(assets)
    latin = await other.print(LATIN)
    elsewhere = await other.print(html)
    assert await other.print(LATIN) == latin
    await other.close()
    assert first == again == elsewhere
    assert first.startswith(b"%PDF-")


async def test_names_in_many_scripts_are_drawn_and_can_be_searched(
    printer: SharedPrinter, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [f"<p>{name}</p><p><b>{name}</b> <i>{name}</i> <b><i>{name}</i></b></p>" for name in NAMES.values()]
    text = text_of(await printer.print("".join(lines) + f"<p>{' '.join(NAMES.values())}</p>"))
    spelled = NAMES["Chinese"].encode("ascii", "xmlcharrefreplace").decode()
    assert NAMES["Chinese"] in text_of(await printer.print(f"<p>{spelled}</p>"))
    assert [name for script, name in NAMES.items() if script not in ("Arabic", "Hebrew") and name not in text] == []
    assert caplog.messages == []


@pytest.mark.poppler
@pytest.mark.parametrize("script", NAMES)
async def test_a_name_looks_unlike_boxes(printer: SharedPrinter, tmp_path: Path, script: str) -> None:
    blank = await printer.print("<p> </p>")
    boxes = await printer.print(f"<p>{UNDRAWABLE * len(NAMES[script])}</p>")
    name = await printer.print(f"<p>{NAMES[script]}</p>")
    assert len({seen(each, tmp_path) for each in (blank, boxes, name)}) == 3


async def test_letters_no_font_can_draw_are_told_to_the_operator_without_the_name(
    printer: SharedPrinter, caplog: pytest.LogCaptureFixture
) -> None:
    await printer.print("<p>สมชาย Jones</p>")
    [alert] = caplog.messages
    assert "U+0E2A" in alert
    assert "ส" not in alert
    assert "Jones" not in alert
    caplog.clear()
    await printer.print("<p>Jones</p>")
    assert caplog.messages == []


async def test_pictures_come_from_our_folder_and_from_nowhere_else(printer: SharedPrinter, assets: Path) -> None:
    async with listening() as listener:
        html = f"""
        <html><head>
          <link rel="stylesheet" href="{listener.url}/a.css"><style>
          @import url({listener.url}/b.css);
          @page {{ background-image: url({listener.url}/c.pdf); }}
          @font-face {{ font-family: Far; src: url({listener.url}/d.ttf); }}
          p {{ background: url({listener.url}/e.png); font-family: Far; }}
        </style></head><body>
          <p>Here</p><img src="{listener.url}/f.png"><img src="//{listener.url[7:]}/g.png">
          <img src="file://{assets.parent}/secret.png"><img src="{assets.parent}/secret.png">
          <img src="../secret.png"><img src="fonts/../../secret.png"><img src="file:///proc/self/environ">
        </body></html>"""
        assert images_in(await printer.print(html)) == 0
        assert listener.heard == []
    assert images_in(await printer.print('<img src="logo.png">')) == 1


async def test_a_document_that_hangs_is_given_up_in_time_and_the_next_one_is_drawn(
    assets: Path, printer_of: Callable[..., Any]
) -> None:
    printer = printer_of(assets, workers=1, limit=1)
    await printer.print("<p>warm</p>")
    [first] = presses()
    async with asyncio.timeout(5):
        with pytest.raises(DoorFault) as caught:
            await printer.print("<div>" * 5000)
    assert (caught.value.code, caught.value.passing) == ("too_slow", False)
    assert presses() == []
    assert "Next" in text_of(await printer.print("<p>Next</p>"))
    assert presses() != [first]
    await printer.close()


async def test_a_document_that_breaks_the_printer_is_said_to_and_not_quoted(printer: SharedPrinter) -> None:
    with pytest.raises(DoorFault) as caught:
        await printer.print("<div>" * 300 + "Amal Haddad")
    assert (caught.value.code, caught.value.passing) == ("not_drawn", False)
    assert "Amal" not in str(caught.value)
    assert "Next" in text_of(await printer.print("<p>Next</p>"))


async def test_a_worker_the_system_took_is_replaced(own_printer: Any) -> None:
    await own_printer.print("<p>One</p>")
    [worker] = presses()
    ended = end_of(worker)
    os.kill(worker, signal.SIGKILL)
    await ended.wait()
    assert "Two" in text_of(await own_printer.print("<p>Two</p>"))
    assert presses() != [worker]


async def test_documents_drawn_at_once_are_not_mixed_up(own_printer: Any) -> None:
    pdfs = await asyncio.gather(*(own_printer.print(f"<p>Number {number}.</p>") for number in range(6)))
    assert [text_of(pdf).strip() for pdf in pdfs] == [f"Number {number}." for number in range(6)]
    assert len(presses()) == 2


async def test_a_worker_starts_with_the_first_document_and_goes_home_when_idle(
    assets: Path, printer_of: Callable[..., Any]
) -> None:
    printer = printer_of(assets, rest=0.01)
    assert presses() == []
    await printer.print("<p>One</p>")
    async with asyncio.timeout(10):
        await asyncio.gather(*(end_of(worker).wait() for worker in presses()))
    assert presses() == []
    assert "Two" in text_of(await printer.print("<p>Two</p>"))
    await printer.close()
    assert presses() == []


async def test_a_caller_who_leaves_takes_the_document_along(own_printer: Any) -> None:
    await own_printer.print("<p>warm</p>")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await own_printer.print("<div>" * 5000)
    assert presses() == []
    assert "Next" in text_of(await own_printer.print("<p>Next</p>"))


async def test_a_process_that_reads_documents_knows_no_secrets(
    own_printer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live_5ecret")
    await own_printer.print("<p>One</p>")
    [worker] = presses()
    assert b"5ecret" not in environment_of(worker)
