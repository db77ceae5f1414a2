# How Cask is built, tried and tested. `make help` lists what there is; what is already done is not done again.
# Paths are relative throughout, so a checkout may lie in any folder, with spaces in its name too.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

SIZE ?= 2GB
DATA ?= data/taxi-$(SIZE)
JOBS ?= $(shell nproc)
PY := .venv/bin/python
STAMP := .venv/.cask-installed
say = @echo "cask: $(1)" >&2

# Python would change LC_CTYPE, which the compiler cache takes for another compiler.
export PYTHONCOERCECLOCALE := 0

# The compiler by the name that CMake finds it under, for the same reason.
ifeq ($(origin CXX),default)
CXX := c++
endif
export CXX

# One build folder serves the package and the C++ tests, so nothing is compiled twice.
BUILD_SETTINGS = --disable-pip-version-check --no-deps --no-build-isolation \
  --config-settings=build-dir=build/release --config-settings=cmake.define.CASK_BUILD_TESTS=ON

# What else is built in that folder. By the ninja that the package was built with: another version would build everything again.
BUILD_MORE = cmake --build build/release -j$(JOBS)

# Everything that the installed package is made from; a change here is what makes it be built again.
SOURCES := $(shell find CMakeLists.txt cmake cpp include python pyproject.toml README.md LICENSE tools/debian-packages.txt \
             tools/requirements/build.txt -type f -not -name '*.pyc' -not -name '*_test.cc' 2>/dev/null)

.PHONY: help
help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' Makefile | while IFS=$$'\t' read -r name text; do printf '  make %-16s %s\n' "$$name" "$$text"; done

# --- building -------------------------------------------------------------------------------------------------------

.PHONY: build
build: bootstrap $(STAMP)  ## install what is missing, build, leave .venv/bin/cask and a .venv/bin/python that imports cask

.PHONY: bootstrap
bootstrap:  # quick when nothing is missing, so it is always asked
	@tools/bootstrap.sh

$(STAMP): $(SOURCES) | bootstrap
	$(call say,building and installing into .venv (the first time takes minutes))
	@mkdir -p build; CMAKE_BUILD_PARALLEL_LEVEL=$(JOBS) flock build/lock tools/quietly.sh build/build.log \
	  $(PY) -m pip install $(BUILD_SETTINGS) --force-reinstall -v .
	@touch $@

.PHONY: stubs
stubs: build  ## write the type stubs of cask.array and cask.dataframe anew, after a change of what they offer
	@$(PY) tools/make_stubs.py python/src

.PHONY: wheel
wheel: build dist/.made  ## make dist/cask-*.whl

dist/.made: $(STAMP)
	$(call say,making a wheel in dist/)
	@rm -rf dist
	@tools/quietly.sh build/wheel.log \
	  $(PY) -m pip wheel $(BUILD_SETTINGS) -w dist .
	@touch $@

# --- the taxi job ---------------------------------------------------------------------------------------------------

.PHONY: taxi
taxi: build taxi-data  ## build, make SIZE (2GB) of taxi data, count its payment types
	$(call say,.venv/bin/cask run examples/nyc-taxi.py  (data: $(DATA)))
	@start=$$(date +%s.%N); \
	  TAXI_DATA="$(DATA)" .venv/bin/cask run examples/nyc-taxi.py; \
	  echo "cask: the script took $$(echo "$$(date +%s.%N) $$start" | awk '{ printf "%.2f", $$1 - $$2 }') s, the start of Python included"

.PHONY: taxi-data
taxi-data: bootstrap build/tools/make_taxi_data
	@build/tools/make_taxi_data --size $(SIZE) "$(DATA)"

build/tools/make_taxi_data: tools/make_taxi_data.cc | bootstrap
	$(call say,building tools/make_taxi_data)
	@mkdir -p build/tools
	@$$CXX -std=c++20 -O3 -Wall -Wextra -pthread -o $@ $<

.PHONY: examples
examples: build  ## build the C++ examples against the installed package
	@cmake -S examples -B build/examples -G Ninja -Dcask_DIR="$$(.venv/bin/cask info --cmake-dir)" >build/examples.log || { cat build/examples.log; exit 1; }
	@ninja -C build/examples --quiet -j$(JOBS)

.PHONY: taxi-cc
taxi-cc: examples taxi-data  ## the same job from C++
	@time build/examples/nyc_taxi "$(DATA)"

# --- testing --------------------------------------------------------------------------------------------------------

.PHONY: test
test: tidy test-cc test-python test-wheel  ## every test: tidiness, C++, Python, the wheel in a clean environment
	$(call say,all tests passed)

.PHONY: tidy
tidy: bootstrap  ## check sizes, names, the direction of includes, words, documents
	$(call say,tidy)
	@$(PY) tools/tidy.py

CONFIGURE = cmake -S . -B $(1) -G Ninja -DCASK_BUILD_TESTS=ON -DCASK_BUILD_PYTHON=OFF -DPython_EXECUTABLE="$$PWD/.venv/bin/python" $(2) >$(1).log || { cat $(1).log; exit 1; }

.PHONY: build-tests
build-tests: build
	$(call say,building the C++ tests)
	@tools/quietly.sh build/test.log $(BUILD_MORE)

.PHONY: test-cc
test-cc: build-tests  ## the C++ tests
	$(call say,running the C++ tests)
	@ctest --test-dir build/release --output-on-failure -j$(JOBS)

.PHONY: test-python
test-python: build-tests examples  ## the Python tests, most of which compare with pandas and NumPy
	@tools/bootstrap.sh test
	$(call say,running the Python tests)
	@$(PY) -m pytest -q tests

.PHONY: test-wheel
test-wheel: wheel build/tools/make_taxi_data  ## install the wheel into a clean environment without a compiler, and use it
	$(call say,trying the wheel in a clean environment)
	@tools/test_wheel.sh dist

.PHONY: t
t: build  ## run what matches: make t F=Scheduler  (a C++ test's name, or Python's -k)
	@tools/one_test.sh "$(F)"

SANITIZED_ENGINE = base_test scheduler_test worker_test store_test local_test net_test child_test cluster_test

.PHONY: test-sanitizers
test-sanitizers: bootstrap  ## the C++ and Python tests under ASan and UBSan, the engine's under TSan
	@tools/bootstrap.sh test
	$(call say,the C++ tests under the address and undefined-behaviour sanitizers)
	@mkdir -p build; [ -f build/asan/build.ninja ] || { $(call CONFIGURE,build/asan,-DCASK_BUILD_PYTHON=ON -DCASK_SANITIZE=address$(comma)undefined -DCMAKE_CXX_FLAGS_RELEASE="-O1 -g1"); }
	@tools/quietly.sh build/asan.log ninja -C build/asan -j$(JOBS)
	@ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions="$$PWD/tools/sanitizers/lsan.txt" UBSAN_OPTIONS=print_stacktrace=1 \
	  ctest --test-dir build/asan --output-on-failure
	$(call say,the Python tests of frames$(comma) arrays and CSV under the same)
	@mkdir -p build/asan/python/cask; cp -R python/src/cask/. build/asan/python/cask
	@LD_PRELOAD="$$($(CXX) -print-file-name=libasan.so) $$($(CXX) -print-file-name=libstdc++.so)" PYTHONPATH="$$PWD/build/asan/python" \
	  CASK_CSV_DUMP="$$PWD/build/asan/cpp/cask/io/csv_dump" ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
	  $(PY) -m pytest -q tests/frame tests/array tests/csv
	$(call say,the engine's tests under the thread sanitizer)
	@[ -f build/tsan/build.ninja ] || { $(call CONFIGURE,build/tsan,-DCASK_SANITIZE=thread -DCMAKE_CXX_FLAGS_RELEASE="-O1 -g1"); }
	@tools/quietly.sh build/tsan.log ninja -C build/tsan -j$(JOBS) $(SANITIZED_ENGINE)
	@TSAN_OPTIONS=suppressions="$$PWD/tools/sanitizers/tsan.txt" ctest --test-dir build/tsan --output-on-failure -R '^(base|scheduler|worker|store|local|net|child|cluster)$$'

FUZZ_SECONDS ?= 600

.PHONY: fuzz
fuzz: bootstrap  ## fuzz the CSV reader under sanitizers for FUZZ_SECONDS (600), with clang 19
	@command -v clang++-19 >/dev/null || { echo "cask: error: fuzzing needs clang 19: apt-get install clang-19 libclang-rt-19-dev" >&2; exit 1; }
	$(call say,building the fuzzer of the CSV reader)
	@mkdir -p build/fuzz-corpus; [ -f build/fuzz/build.ninja ] || { $(call CONFIGURE,build/fuzz,$(FUZZ_SETTINGS)); }
	@tools/quietly.sh build/fuzz-build.log ninja -C build/fuzz -j$(JOBS) fuzz_csv_read
	$(call say,fuzzing for $(FUZZ_SECONDS) s; what is found lies in build/fuzz-found-* and its trace in build/fuzz-run.log)
	@ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 tools/quietly.sh build/fuzz-run.log build/fuzz/cpp/cask/io/fuzz_csv_read \
	  -max_total_time=$(FUZZ_SECONDS) -max_len=600 -artifact_prefix=build/fuzz-found- build/fuzz-corpus cpp/cask/io/csv/fuzz/corpus

FUZZ_SETTINGS = -DCASK_BUILD_TESTS=OFF -DCMAKE_CXX_COMPILER=clang++-19 -DCASK_BUILD_FUZZERS=ON \
  -DCASK_SANITIZE=address$(comma)undefined$(comma)fuzzer-no-link -DCMAKE_CXX_FLAGS_RELEASE="-O1 -g1"

comma := ,

# --- measuring ------------------------------------------------------------------------------------------------------

ROUNDS ?= 5

.PHONY: bench-taxi
bench-taxi: build taxi-data  ## measure Cask beside Dask, Polars, DuckDB and PyArrow on the taxi data; write docs/benchmarks.md
	@tools/bootstrap.sh bench
	$(call say,building the programs of the benchmark)
	@tools/quietly.sh build/bench.log $(BUILD_MORE) --target scheduler_machine
	@tools/quietly.sh build/bench.log cmake -S bench/taxi -B build/bench -G Ninja -Dcask_DIR="$$(.venv/bin/cask info --cmake-dir)"
	@tools/quietly.sh build/bench.log ninja -C build/bench
	@$(PY) bench/taxi/run.py --data "$(DATA)" --rounds $(ROUNDS)

.PHONY: clean
clean:  ## remove what was built; .venv and data stay
	rm -rf build dist $(STAMP)
