"""What scripts/profile prints: a table for each run, or one JSON document."""

from __future__ import annotations

from typing import Optional

from redzone_scripts.text_lines import quote
from redzone_scripts.verdict_text import shown_path

from .record import Run
from .sites import Amounts, Frame
from .tools import COLUMN_OF_SORT

COLUMNS = 100
INDENT = "    "
TITLES = (("peak_bytes", "at peak", 15), ("total_bytes", "allocated", 17), ("blocks", "blocks", 13),
          ("live_bytes_end", "live at end", 15))


def sorted_sites(run: Run, sort: str) -> list:
    """The greatest first; equal ones in an order that does not depend on the file's."""
    column = COLUMN_OF_SORT[sort]
    return sorted(run.profile.sites, key=lambda site: (
        -(getattr(site.amounts, column) or 0), _place(site.project), _place(site.frame)))


def print_run(run: Run, sort: str, top: int, tool: str) -> None:
    print(f"{quote(run.target.name)} under {tool}")
    sites = sorted_sites(run, sort)
    print("".join(title.rjust(width) for _, title, width in TITLES) + "  site")
    for site in sites[:top]:
        numbers = _numbers(site.amounts)
        print(f"{numbers}  {_left_cut(_place(site.project), COLUMNS - len(numbers) - 2)}")
        for line in _functions(site.project, site.frame):
            print(line[:COLUMNS] if len(line) <= COLUMNS else line[: COLUMNS - 3] + "...")
    print(f"{_numbers(run.profile.totals)}  in total")
    more = len(sites) - top
    if more > 0:
        print(f"{more} more sites; --top shows more")
    if run.profile.sites_dropped:
        print(f"{run.profile.sites_dropped} stacks beyond the limit of sites are only in the total")
    print(f"bytes; ? is what {tool} does not know" if tool == "massif" else "all sizes in bytes")
    print(f"profile: {shown_path(run.path)}\nlook closer: {run.look_closer}")


def _numbers(amounts: Amounts) -> str:
    return "".join(_number(getattr(amounts, column)).rjust(width) for column, _, width in TITLES)


def _number(value: Optional[int]) -> str:
    return "?" if value is None else f"{value:,}"


def _place(frame: Optional[Frame]) -> str:
    if frame is None:
        return "?"
    if frame.file is None:
        return frame.object or "?"
    return f"{frame.file}:{'?' if frame.line is None else frame.line}"


def _left_cut(text: str, width: int) -> str:
    return text if len(text) <= width else "..." + text[len(text) - width + 3:]


def _functions(project: Optional[Frame], inner: Optional[Frame]) -> list:
    """The lines below a row: the project's function, and who allocated for it."""
    lines = [f"{INDENT}{project.function}"] if project else []
    if inner is not None and inner != project:
        via = "through " if project else ""
        lines.append(f"{INDENT}{via}{inner.function} ({_left_cut(_place(inner), 50)})")
    return lines


def document(runs: list, tool: str, sort: str, top: int, status: int) -> dict:
    return {"schema": "redzone/profile/1", "tool": tool, "sort": sort, "exit_status": status,
            "runs": [_run_document(run, sort, top) for run in runs]}


def _run_document(run: Run, sort: str, top: int) -> dict:
    profile = run.profile
    sites = sorted_sites(run, sort) if profile else []
    return {"name": run.target.name, "command": run.target.command,
            "seconds": round(run.seconds, 3), "exit_status": run.exit_status,
            "profile_path": str(run.path) if run.path else None, "error": run.error,
            "totals": vars(profile.totals) if profile else None,
            "sites_total": len(sites) if profile else None,
            "sites_dropped": profile.sites_dropped if profile else None,
            "sites": [{**vars(site.amounts), "project_frame": _frame_document(site.project),
                       "frame": _frame_document(site.frame)} for site in sites[:top]]}


def _frame_document(frame: Optional[Frame]) -> Optional[dict]:
    return frame._asdict() if frame else None
