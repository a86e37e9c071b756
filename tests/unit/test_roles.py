# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles promise: every variable has one name, one default and one description."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOGIN, SENTINEL_LOGIN

from tests.unit.test_secrets import hides, options_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if (path / "tasks").is_dir())


def load(path: pathlib.Path) -> t.Any:
    """Return a YAML file's content; nothing for a file that is not there."""
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None


def specs(role: pathlib.Path) -> dict[str, t.Any]:
    """Return the entry points of a role with their options."""
    return t.cast("dict[str, t.Any]", load(role / "meta" / "argument_specs.yml")["argument_specs"])


ENTRY_POINTS = [pytest.param(role, entry, id=f"{role.name} {entry}") for role in ROLES for entry in specs(role)]
BY_NAME = [pytest.param(role, id=role.name) for role in ROLES]


@pytest.mark.parametrize(("role", "entry"), ENTRY_POINTS)
def test_options_are_the_defaults(role: pathlib.Path, entry: str) -> None:
    defaults = load(role / "defaults" / "main.yml") or {}
    options = specs(role)[entry]["options"]
    # Required options have no default, and neither have those that are simply absent when not given.
    assert sorted(set(defaults) - set(options)) == []
    assert {key for key, option in options.items() if "default" in option} == set(defaults)


@pytest.mark.parametrize(("role", "entry"), ENTRY_POINTS)
def test_options_have_the_values_of_the_defaults(role: pathlib.Path, entry: str) -> None:
    defaults = load(role / "defaults" / "main.yml") or {}
    options = specs(role)[entry]["options"]
    assert {key: options[key].get("default") for key in defaults} == defaults


@pytest.mark.parametrize(("role", "entry"), ENTRY_POINTS)
def test_entry_points_exist(role: pathlib.Path, entry: str) -> None:
    assert (role / "tasks" / f"{entry}.yml").exists()


@pytest.mark.parametrize(("role", "entry"), ENTRY_POINTS)
def test_entry_points_that_the_documentation_names_exist(role: pathlib.Path, entry: str) -> None:
    text = " ".join(str(specs(role)[entry].get("description", "")).split())
    named = re.findall(r"entry points? ((?:C\(\w+\)(?:, | and )?)+)", text)
    assert {name for names in named for name in re.findall(r"\w+(?=\))", names)} <= set(specs(role))


@pytest.mark.parametrize("role", BY_NAME)
def test_variables_start_with_the_name_of_their_role(role: pathlib.Path) -> None:
    public = {
        *(load(role / "defaults" / "main.yml") or {}),
        *(key for spec in specs(role).values() for key in spec["options"]),
    }
    assert sorted(key for key in public if not key.startswith(f"{role.name}_")) == []
    internal = {key for path in (role / "vars").glob("*.yml") for key in load(path) or {}}
    assert sorted(key for key in internal if not key.startswith(f"__{role.name}_")) == []


# What a role reads of another's private names, and why: (reader, name).
READ = {
    ("redis_acceptance", "__redis_health_host"): "the acceptance has role redis_health look at every host",
    ("redis_cluster", "__redis_node_members"): "each host reports the instances that it has: the members of a cluster",
    ("redis_health", "__redis_node_configured"): "the role has role redis_node compare the settings, in check mode",
    ("redis_hooks", "__redis_install_changed"): "what the preflight has found holds for the packages that were there",
    ("redis_hooks", "__redis_node_around"): "the preflight between hosts compares the hooks with the host, too",
    ("redis_install", "__redis_node_host"): "the call that inspects a host inspects the engine's package, too",
    ("redis_install", "__redis_sentinel_host"): "the call that inspects a host inspects the engine's package, too",
    ("redis_node", "__redis_install_changed"): "what the preflight has found holds for the engine that it has asked",
    ("redis_node", "__redis_sentinel_host"): "the preflight between hosts takes the Sentinel of a host, too",
    ("redis_node", "__redis_sentinel_member"): "the preflight between hosts takes the Sentinel of a host, too",
    ("redis_replication", "__redis_sentinel_stopped"): "in check mode a Sentinel that was stopped can answer nothing",
    ("redis_sentinel", "__redis_node_host"): "one call inspects the instances of a host and its Sentinel",
    ("redis_sentinel", "__redis_node_members"): "the files of a stopped Sentinel are compared with the instances",
}


def words(role: pathlib.Path) -> set[str]:
    """Return the private names that stand anywhere in the YAML files and templates of a role, as code."""
    lines = (
        line.partition(" #")[0]
        for path in (*role.rglob("*.yml"), *role.rglob("*.j2"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith("#")
    )
    return {name for line in lines for name in re.findall(r"(?<!\w)__redis_\w+", line)}


def names_set(value: t.Any) -> t.Iterator[tuple[str, str]]:
    """Yield what tasks set, and how: facts, registered results, variables of a task, of a loop."""
    if isinstance(value, list):
        for each in value:
            yield from names_set(each)
    elif isinstance(value, dict):
        for key, content in value.items():
            if key in ("vars", "set_fact", "ansible.builtin.set_fact") and isinstance(content, dict):
                yield from ((key.rpartition(".")[2], name) for name in content if name != "cacheable")
            elif key in ("register", "loop_var", "index_var"):
                yield key, content
            yield from names_set(content)


def tasks_of(role: pathlib.Path) -> t.Iterator[tuple[str, t.Any]]:
    """Yield name and content of the files of a role that have tasks."""
    for folder in ("tasks", "handlers"):
        for path in sorted((role / folder).rglob("*.yml")):
            yield path.name, load(path)


@pytest.mark.parametrize("role", BY_NAME)
def test_what_tasks_set_is_internal_to_their_role(role: pathlib.Path) -> None:
    foreign = [
        (file, how, name)
        for file, tasks in tasks_of(role)
        for how, name in names_set(tasks)
        if not name.startswith(f"__{role.name}_")
    ]
    assert foreign == []


def test_roles_set_something() -> None:
    # The search finds all ways to set a name.
    found = {how for role in ROLES for _file, tasks in tasks_of(role) for how, _name in names_set(tasks)}
    assert {"set_fact", "register", "vars", "loop_var"} <= found


@pytest.mark.parametrize("role", BY_NAME)
def test_private_names_of_other_roles_are_not_read(role: pathlib.Path) -> None:
    foreign = {name for name in words(role) if not name.startswith(f"__{role.name}_")}
    assert sorted(foreign - {name for reader, name in READ if reader == role.name}) == []


@pytest.mark.parametrize(("reader", "name"), READ)
def test_private_names_that_may_be_read_are_set_and_read(reader: str, name: str) -> None:
    owner = max((role.name for role in ROLES if name.startswith(f"__{role.name}_")), key=len)
    assert name in words(ROOT / "roles" / reader)
    assert name in {each for _file, tasks in tasks_of(ROOT / "roles" / owner) for _how, each in names_set(tasks)}


@pytest.mark.parametrize("role", BY_NAME)
def test_no_task_registers_the_name_of_a_variable(role: pathlib.Path) -> None:
    # What is registered hides the variable for the rest of the play: the next pass over the same tasks has lost it.
    variables = {
        *(load(role / "defaults" / "main.yml") or {}),
        *(name for path in (role / "vars").glob("*.yml") for name in load(path) or {}),
    }
    registered = {
        found[1]
        for path in (role / "tasks").rglob("*.yml")
        for found in re.finditer(r"^\s+register: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert sorted(registered & variables) == []


@pytest.mark.parametrize("role", BY_NAME)
def test_no_task_is_delegated_to_nobody(role: pathlib.Path) -> None:
    # An empty name is an error even where `when` skips the task.
    wrong = [
        f"{path.name}: {found[1]}"
        for path in (role / "tasks").rglob("*.yml")
        for found in re.finditer(r'delegate_to: "\{\{ (\w+) \}\}"', path.read_text(encoding="utf-8"))
        if f"{found[1]} | length > 0" in path.read_text(encoding="utf-8")
    ]
    assert wrong == []


OURS = "almashooq.redis."
GROUPS: dict[str, list[str]] = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))[
    "action_groups"
]
# The action group of each login, and the variable of a role that is the only home of it.
LOGINS = {"redis": "instance_login", "redis_sentinel": "sentinels_login"}
LOGGING_IN = {*GROUPS["redis"], *GROUPS["redis_sentinel"]}
# A client that writes as an application logs in by the files that role redis_client has written.
AS_APPLICATIONS = {
    "Start writing as each application",
    "Stop writing as each application, and count",
    "End remaining writers",
}
# Secrets that tasks give to modules as what servers are to have, or to modules that start and stop them by their files.
SECRETS = {
    "acceptance_fault": {"admin_password"},
    "host_service": {"files"},
    "instance": {
        *("admin_password", "admin_password_old", "replication_password", "secret_settings", "service", "users"),
    },
    "instance_daemon": {"admin_password"},
    "sentinel": {"peer_password", "sets"},
    "preflight_peers": {"service"},
    "sentinel_config": {
        *("admin_password", "admin_password_old", "auth_password", "client_password", "peer_password"),
        *("service", "users"),
    },
}


class Task(t.NamedTuple):
    """A task of a role with the file that it is in, and the module_defaults that hold for it."""

    file: str
    content: t.Any
    defaults: dict[str, str]


def called(role: pathlib.Path, file: str, inherited: t.Mapping[str, str], within: tuple[str, ...] = ()) -> list[Task]:
    """Return every task that runs when a file of a role's tasks does, ``within`` the files that include it."""
    # A file may include itself, for one try more.
    tasks = [] if file in within else load(role / "tasks" / file) or []
    return [each for task in tasks for each in called_by(role, Task(file, task, {**inherited}), (*within, file))]


def called_by(role: pathlib.Path, task: Task, within: tuple[str, ...]) -> list[Task]:
    """Return a task, what its block holds, and the tasks of the files that it includes."""
    defaults = {**task.defaults, **task.content.get("module_defaults", {})}
    found = [task._replace(defaults=defaults)]
    for part in ("block", "rescue", "always"):
        for each in task.content.get(part, ()):
            found += called_by(role, Task(task.file, each, defaults), within)
    for path in included(role, task.content):
        found += called(role, path.name, defaults, within)
    return found


def included(role: pathlib.Path, task: t.Mapping[str, t.Any]) -> t.Iterator[pathlib.Path]:
    """Yield the files of tasks that a task includes; of a name that is not constant, all that it can be."""
    for how in ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks"):
        target = task.get(how, "")
        name = target["file"] if isinstance(target, dict) else target
        looped = task.get("loop", [""])
        for item in looped if isinstance(looped, list) else [""]:
            name = name.removeprefix("{{ role_path }}/tasks/")
            pattern = re.sub(r"\{\{.*?\}\}", "*", name.replace("{{ item }}", str(item)))
            yield from sorted((role / "tasks").glob(pattern)) if pattern else ()


def our_module(task: t.Mapping[str, t.Any]) -> str:
    """Return the module of this collection that a task runs, or nothing."""
    return next((key.removeprefix(OURS) for key in task if key.startswith(OURS)), "")


def by_entry_points(role: pathlib.Path) -> list[Task]:
    """Return the tasks of a role as its entry points call them."""
    return [task for entry in specs(role) for task in called(role, f"{entry}.yml", {})]


def logs_in(task: Task) -> bool:
    """Whether a task logs in to servers with a login of its role."""
    return our_module(task.content) in LOGGING_IN and task.content["name"] not in AS_APPLICATIONS


def login_faults(role: pathlib.Path, task: Task) -> list[str]:
    """Return what is wrong with the logins of a task, of which it has as many as it needs."""
    module = our_module(task.content)
    options = task.content[f"{OURS}{module}"]
    # A deployment without Sentinels needs no login at them.
    groups = [group for group in LOGINS if module in GROUPS[group] and (group == "redis" or "sentinels" in options)]
    given = {group: task.defaults.get(f"group/{OURS}{group}") for group in groups}
    wrong = [
        f"{module} has {login}, from {group}"
        for group, login in given.items()
        if login != f"{{{{ __{role.name}_{LOGINS[group]} }}}}"
    ]
    return wrong + [f"{module} names {name}" for name in options if name in {**LOGIN, **SENTINEL_LOGIN}]


@pytest.mark.parametrize("role", BY_NAME)
def test_tasks_have_logins_from_the_variables_of_their_role(role: pathlib.Path) -> None:
    tasks = [task for task in by_entry_points(role) if logs_in(task)]
    assert [f"{task.file}: {fault}" for task in tasks for fault in login_faults(role, task)] == []
    # Nothing is left out because no entry point reaches it.
    files = [path.name for path in (role / "tasks").glob("*.yml")]
    everywhere = {task.file for file in files for task in called(role, file, {}) if logs_in(task)}
    assert {task.file for task in tasks} == everywhere


def test_some_tasks_log_in() -> None:
    found = {our_module(task.content) for role in ROLES for task in by_entry_points(role) if task.defaults}
    assert {"cluster", "cluster_switchover", "health", "replication", "sentinel", "sentinel_info"} <= found


@pytest.mark.parametrize("role", BY_NAME)
def test_tasks_name_no_other_password_than_those_of_servers(role: pathlib.Path) -> None:
    files = [path.name for path in (role / "tasks").glob("*.yml")]
    modules = [(our_module(task.content), task.content) for file in files for task in called(role, file, {})]
    named = {
        (module, name)
        for module, task in modules
        for name in task.get(f"{OURS}{module}", ())
        if hides(options_of(module).get(name, {}))
    }
    assert {
        (module, name)
        for module, name in named
        if name not in {**LOGIN, **SENTINEL_LOGIN} and name not in SECRETS.get(module, ())
    } == set()


def task_variables(value: t.Any) -> t.Iterator[str]:
    """Yield the names that tasks set for themselves."""
    if isinstance(value, list):
        for one in value:
            yield from task_variables(one)
    elif isinstance(value, dict):
        if isinstance(value.get("vars"), dict):
            yield from value["vars"]
        for one in value.values():
            yield from task_variables(one)


@pytest.mark.parametrize("role", BY_NAME)
def test_no_task_sets_what_is_included(role: pathlib.Path) -> None:
    # What include_vars has read wins over the variables of a task.
    included = {name for path in (role / "vars").glob("*.yml") if path.name != "main.yml" for name in load(path) or {}}
    own = {name for path in (role / "tasks").rglob("*.yml") for name in task_variables(load(path))}
    assert sorted(own & included) == []


@pytest.mark.parametrize("role", BY_NAME)
def test_secrets_are_marked_as_such(role: pathlib.Path) -> None:
    unmarked = [
        key
        for spec in specs(role).values()
        for key, option in spec["options"].items()
        if re.search(r"password|secret_key", key) and not option.get("no_log")
    ]
    assert unmarked == []


def test_switches_are_converted_where_they_are_used() -> None:
    # From --extra-vars name=false and from an INI inventory a boolean comes as text; modules convert it themselves.
    switches = {
        key for role in ROLES for spec in specs(role).values() for key, one in spec["options"].items()
        if one.get("type") == "bool"
    }  # fmt: skip
    bare = [
        f"{path.parent.parent.name}/{path.name}: {line.strip()}"
        for path in [*(ROOT / "roles").glob("*/tasks/*.yml"), *(ROOT / "roles").glob("*/vars/*.yml")]
        for line in path.read_text(encoding="utf-8").splitlines()
        for found in re.finditer(
            r"(?<!_)\b(redis_\w+)(?! \| (?:default\(\w+\) \| )?bool| is defined)(?=[ })\]]|$)", line
        )
        if found[1] in switches
        and not re.match(r"\s*(#|tags:|msg:)", line)
        and not (path.parent.name == "tasks" and re.fullmatch(r'\s*\w+: "\{\{ \w+ \}\}"', line))
    ]
    assert bare == []


@pytest.mark.parametrize("role", BY_NAME)
def test_tasks_take_no_default_values(role: pathlib.Path) -> None:
    # A default in a task is a second home of a value; every input has its default in defaults/main.yml.
    second_homes = [
        f"{path.name}: {line.strip()}"
        for path in sorted((role / "tasks").glob("*.yml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\| *default\((?!omit\b)", line)
    ]
    assert second_homes == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "roles").glob("*/tasks/*.yml")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_task_files_stay_small(path: pathlib.Path) -> None:
    assert len(load(path)) <= 25


def test_events_are_posted_nowhere_unless_the_inventory_says_where() -> None:
    assert load(ROOT / "roles" / "redis_hooks" / "defaults" / "main.yml")["redis_hooks_webhooks"] == []
    example = load(ROOT / "inventories" / "example" / "group_vars" / "redis_sentinel" / "hooks.yml")
    assert [one["url"] for one in example["redis_hooks_webhooks"]] == ["http://localhost:3001/api/redis/failover"]


def included_files(role: pathlib.Path) -> set[str]:
    """Return the task files of a role that are included while it runs."""
    names = {path.name for path in (role / "tasks").glob("*.yml")}
    found: set[str] = set()
    for path in (role / "tasks").glob("*.yml"):
        for one in re.findall(
            r"include_tasks:\s*(?:\n\s+file:\s*)?\"?([^\"\n]+\.yml)", path.read_text(encoding="utf-8")
        ):
            pattern = ".*".join(map(re.escape, re.split(r"\{\{.*?\}\}", one)))
            found |= {name for name in names if re.fullmatch(pattern, name)}
    return found


@pytest.mark.parametrize("role", BY_NAME)
def test_what_an_included_file_imports_is_found_by_the_path_of_its_role(role: pathlib.Path) -> None:
    # Ansible otherwise takes tasks/NAME.yml of the directory in which it was started, if there is one.
    bare = [
        f"{name}: {one}"
        for name in sorted(included_files(role) - {"main.yml"})
        for one in re.findall(r"import_tasks: ([\w.]+)", (role / "tasks" / name).read_text(encoding="utf-8"))
    ]
    assert bare == []
