"""Laws of authoring: history, order of arrival, process, threads and locale change nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernctl.engine.author import Authored, author
from vernctl.engine.model import InputFile, Template

MESSAGES = st.lists(
    st.sampled_from(
        (
            "Trim whitespace from every phone number.",
            "Upper-case Country",
            "Map Lead to Closed in Status",
            "Use the company domain for any missing Email, don't drop the row.",
            "Drop rows where Email is blank",
            "Set Owner to Jo",
            "Dates are in US format. Sing a song.",
            "Leave Signed Up empty",
            "dedupe by Email, keep the last",
            "1. Remove dashes from Phone\n2. Lower case Domain",
        )
    ),
    min_size=1,
    max_size=3,
)


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=MESSAGES, second=MESSAGES)
def test_two_updates_are_one_update_with_both(
    work: Callable[..., Authored],
    answers: Mapping[str, str],
    first: Sequence[str],
    second: Sequence[str],
) -> None:
    apart = work([*first, *second], answers)
    listed = ["\n".join(f"{i}. {each}" for i, each in enumerate([*first, *second], 1))]
    assert work(listed, answers) == apart


def test_the_order_in_which_files_arrive_does_not_matter(
    files: Sequence[InputFile],
    templates: Sequence[Template],
    answers: Mapping[str, str],
    settled: Authored,
    tmp_path: Path,
) -> None:
    backwards = author(tuple(reversed(files)), templates, answers=answers, workdir=tmp_path)
    assert backwards == settled


SCRIPT = """
import json, sys
from pathlib import Path
import duckdb
real = duckdb.connect
threads = int(sys.argv[4])
duckdb.connect = lambda path, config: real(path, config={**config, "threads": threads})
from vernctl.engine.author import author
from vernctl.engine.model import InputFile, Template
from vernctl.engine.recipe.model import recipe_to_yaml
files = [InputFile(name=p.name, path=p) for p in sorted(Path(sys.argv[1]).glob("*.csv"))]
templates = [Template.model_validate(each) for each in json.loads(Path(sys.argv[2]).read_text())]
answers = {}
for _ in range(2):
    done = author(files, templates, messages=["Trim Phone"], answers=answers,
                  workdir=Path(sys.argv[3]))
    sys.stdout.write(done.model_dump_json() + recipe_to_yaml(done.recipe))
    answers = {question.key: question.options[0] for question in done.questions}
"""


def test_processes_threads_hash_seeds_and_locales_give_the_same_bytes(
    files: Sequence[InputFile], templates: Sequence[Template], tmp_path: Path
) -> None:
    import json

    definitions = tmp_path / "templates.json"
    definitions.write_text(json.dumps([each.model_dump(mode="json") for each in templates]))
    running = []
    for seed, threads, locale in ((0, 1, "C"), (1, 2, "C.UTF-8"), (2, 4, "tr_TR"), (3, 8, "de_DE")):
        folder = tmp_path / f"work-{seed}"
        folder.mkdir()
        arguments = [str(files[0].path.parent), str(definitions), str(folder), str(threads)]
        environment = {
            **os.environ,
            "PYTHONHASHSEED": str(seed),
            "LC_ALL": locale,
            "TZ": ("UTC", "Asia/Tokyo")[seed % 2],
            "PYTHONUTF8": "1",
        }
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", SCRIPT, *arguments], stdout=subprocess.PIPE, env=environment
            )
        )
    outputs = [process.communicate(timeout=100)[0] for process in running]
    assert all(process.returncode == 0 for process in running)
    assert len(outputs[0]) > 1_000
    assert set(outputs) == {outputs[0]}
