# The two commands are `make site` and `make test`; both install what they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
PYTHON ?= python3
SYSTEM := bash tests/tools/system.sh
# For tests that mount file systems and change users; what they leave behind must not be root's.
AS_ROOT := $(if $(filter-out 0,$(shell id -u)),sudo env "PATH=$(BIN):$(PATH)" PYTHONDONTWRITEBYTECODE=1)
INVENTORY ?= inventories/local
BENCH ?= bench_cluster
# Several run side by side: the longest ones come first.
LONG := sentinel acceptance rolling monitoring cluster
SCENARIOS := $(notdir $(patsubst %/molecule.yml,%,$(wildcard molecule/*/molecule.yml)))
SCENARIO ?= $(filter $(SCENARIOS),$(LONG)) $(filter-out $(LONG),$(SCENARIOS))
# What scenarios deploy: redis or valkey.
ENGINE ?= redis
export TESTBED_ENGINE_UNDER_TEST := $(ENGINE)
export PATH := $(BIN):$(PATH)
# Whole lines, as they can be read and searched.
export MOLECULE_COMMAND_BORDERS := false
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg

.PHONY: bare browser help site test venv lint sanity secrets unit integration build molecule bench clean docs engines engines-all generate matrix matrix-quick monitoring-tools

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

site: $(VENV)/.run ## Deploy the embedded inventory (six nodes) on this machine
	$(if $(filter inventories/local,$(INVENTORY)),@bash tests/tools/sudo.sh $(ARGS))
	ansible-playbook site.yml -i $(INVENTORY) $(ARGS)

test: ## Run every test, as continuous integration does
	bash tests/tools/stages.sh venv bare+docs integration+matrix-quick molecule+sanity

venv: $(VENV)/.dev ## Make the Python environment of the tools

$(VENV)/bin/pip:
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(SYSTEM) python3-venv
	$(PYTHON) -m venv $(VENV)

# The modules run under the system's Python, which has the system's redis-py.
$(VENV)/.run: requirements/run.txt | $(VENV)/bin/pip
	test -x /usr/bin/python3 || $(SYSTEM) python3
	$(BIN)/pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(VENV)/.dev: requirements/dev.txt requirements/run.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -r $<
	touch $@ $(VENV)/.run

$(VENV)/.docs: requirements/docs.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check -r $<
	touch $@

lint: $(VENV)/.dev ## Check form: ruff, mypy, yamllint, ansible-lint, documentation, changelog
	ruff format --check .
	ruff check .
	mypy
	yamllint --strict .
	ansible-lint
	cd .collections/ansible_collections/almashooq/redis && antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck .
	antsibull-changelog lint

unit: $(VENV)/.dev ## Run the tests that need no server
	pytest -q -n 2 tests/unit

engines: ## Fetch the engines that tests run against
	$(PYTHON) tests/tools/engines.py

engines-all: ## Also build the newest engine from source
	$(PYTHON) tests/tools/engines.py --build

monitoring-tools: ## Fetch Prometheus, Alertmanager and the exporter that tests run
	$(PYTHON) tests/tools/monitoring.py

browser: ## Install the browser that tests open reports in
	command -v chromium >/dev/null || $(SYSTEM) chromium

integration: $(VENV)/.dev engines monitoring-tools browser ## Run the modules against real servers on loopback
	$(SYSTEM) cpulimit diffutils g++ gcc iproute2 libc6-dev libssl-dev libsystemd-dev mount openssl procps util-linux
	command -v npm >/dev/null || $(SYSTEM) nodejs npm
	bash tests/tools/node_modules.sh ioredis node-redis
	$(AS_ROOT) pytest -q -p no:cacheprovider -n 4 --dist loadscope --no-loadscope-reorder tests/integration

bare: $(VENV)/.dev ## Run lint, unit and build in a container that has only git, make and python3
	bash tests/tools/bare.sh lint unit build

sanity: $(VENV)/.dev ## Run ansible-test sanity
	$(SYSTEM) git shellcheck
	bash tests/tools/sanity.sh

build: $(VENV)/.dev ## Build the collection, install the result, list the playbook from there, have it checked as Galaxy does
	bash tests/tools/build.sh

molecule: $(VENV)/.dev ## Run scenarios on real hosts: SCENARIO=name, all by default; ENGINE=valkey
	bash tests/tools/scenarios.sh $(SCENARIO)

matrix: $(VENV)/.dev ## Run the support matrix, an hour or two, and update docs/support.md: LANE='engine/valkey-*' for some lanes
	$(SYSTEM) iproute2 util-linux
	$(PYTHON) tests/tools/engines.py --matrix --directory .cache/matrix/engines || echo 'lanes of engines that are missing will not be run'
	python tests/tools/matrix.py $(patsubst %,'%',$(LANE))
	python tests/tools/generate.py

matrix-quick: $(VENV)/.dev engines ## Run one lane of it: the newest Ansible with the oldest redis-py
	$(SYSTEM) iproute2 util-linux
	python tests/tools/matrix.py --quick

secrets: $(VENV)/.dev engines monitoring-tools ## Search all that site.yml prints, logs, runs and writes for secrets, ten minutes
	$(SYSTEM) iproute2 util-linux
	$(AS_ROOT) unshare --net sh -c 'ip link set lo up && exec "$$@"' sh $(BIN)/python -m pytest -q -p no:cacheprovider tests/matrix/test_secrets.py

docs: $(VENV)/.docs browser ## Make the documentation site in .cache/docs/html; a broken link or a page that does not fit a phone fails
	python tests/tools/docs.py
	pytest -q -p no:cacheprovider tests/site

generate: $(VENV)/.dev ## Write what is generated and committed: tables, the reference of variables, the picture of the architecture, READMEs of roles
	python tests/tools/generate.py

bench: $(VENV)/.dev engines ## Measure beside the tools that a user would take instead: BENCH=bench_cluster, bench_switchover, bench_health, bench_endpoint, bench_rerun, bench_rolling (as root), bench_site or bench_slow_node
	PYTHONPATH=.collections:. python -m tests.bench.$(BENCH) $(ARGS)

clean: ## Remove what was built and fetched; deployments stay
	rm -rf $(VENV) .cache .ansible .hypothesis .*_cache almashooq-redis-*.tar.gz
