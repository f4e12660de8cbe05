"""A pytest plugin: what ran on which database, and the counts that .ci/run adds up."""

import json
import os
from pathlib import Path

import pytest

DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def database_of(item: pytest.Item) -> str | None:
    """The database of a test: the id of its `database` parameter, or the mark `pg`."""
    if item.get_closest_marker("pg"):
        return "postgres"
    callspec = getattr(item, "callspec", None)
    if callspec is None or "database" not in callspec.params:
        return None
    return next((name for name in callspec.id.split("-") if name in DATABASES), None)


def outcome_of(report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str] | None:
    """Outcome and reason; nothing for a set-up or tear-down that went well. An expected failure has passed."""
    if report.failed:
        return "failed", ""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return "skipped", reason.removeprefix("Skipped: ")
    return ("passed", "") if getattr(report, "when", None) == "call" else None


class Counts:
    def __init__(self) -> None:
        self.tests: dict[str, tuple[str, str]] = {}
        self.databases: dict[str, set[str]] = {name: set() for name in DATABASES}

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        outcome = outcome_of(report)
        # A test that failed stays failed, whatever its tear-down says.
        if outcome and self.tests.get(report.nodeid, ("", ""))[0] != "failed":
            self.tests[report.nodeid or "collection"] = outcome

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)
        database = dict(report.user_properties).get("database")
        if database and report.when == "call" and not report.skipped:
            self.databases[str(database)].add(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        figures = ", ".join(f"{len(self.databases[name])} on {title}" for name, title in DATABASES.items())
        terminalreporter.write_line(f"database tests: {figures}")

    def pytest_sessionfinish(self) -> None:
        if folder := os.environ.get("TL_COUNTS"):
            Path(folder, f"{os.getpid()}.json").write_text(json.dumps(self.tests), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    # Under xdist only the process that gathers the reports counts.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Counts(), "threadleaf-counts")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if database := database_of(item):
            item.user_properties.append(("database", database))
