"""Zip files with equal bytes for equal content."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tqdm import tqdm


def pack(folder: Path, archive: Path, top: str) -> None:
    """Zip a folder, below one folder of the archive."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in tqdm(files, unit="file", desc=archive.name):
            name = (Path(top) / path.relative_to(folder)).as_posix()
            write_entry(target, name, path.read_bytes())


def write_entry(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = 0o644) -> None:
    """Write one file into an archive, at a date that is always the same."""
    entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, mode << 16
    archive.writestr(entry, content)
