"""`python -m tests.render.update`: write the golden files and docs/thread.schema.json anew; look at the difference."""

from __future__ import annotations

from tests.render.samples import GOLDEN, SCHEMA, golden, schema_text


def main() -> None:
    files = golden()
    GOLDEN.mkdir(exist_ok=True)
    for path in GOLDEN.iterdir():
        if path.name not in files:
            path.unlink()
    for name, make in files.items():
        (GOLDEN / name).write_text(make(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    print(f"{len(files)} golden files and the schema were written.")


if __name__ == "__main__":
    main()
