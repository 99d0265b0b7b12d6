# ngx_canvas_module: build, run, test, install.

BUILD     ?= build
PORT      ?= 8080
RUN_DIR   ?= run
WORKERS   ?= auto
COOLDOWN  ?= 5
LIMITS    ?= on
SIZE      ?= 500x500
NGINX     ?= /usr/sbin/nginx

# processes of the system tests, which wait more than they compute
TEST_PROCESSES ?= 3

# make install
DESTDIR   ?=
prefix    ?= /usr
modules   ?= $(prefix)/lib/nginx/modules
data      ?= $(prefix)/share/ngx_canvas_module
units     ?= $(prefix)/lib/systemd/system
sysconf   ?= /etc

ifneq ($(words $(CURDIR)),1)
$(error the path of the source must not contain spaces: $(CURDIR))
endif

override BUILD   := $(abspath $(BUILD))
override RUN_DIR := $(abspath $(RUN_DIR))

export BUILD PORT RUN_DIR WORKERS COOLDOWN LIMITS SIZE NGINX

PYTHON     = /usr/bin/python3
SYSTEM     = $(PYTHON) -m pytest tests/system -n $(TEST_PROCESSES) \
             --dist loadfile --max-worker-restart 0
JOBS      := $(shell nproc)
MODULE    := $(BUILD)/ngx_canvas_module.so
HELPER    := $(BUILD)/canvas-helper
NGINX_DIR := $(BUILD)/nginx
SOURCES   := config $(sort $(shell find ngx_canvas_module -type f))

build: packages module helper

# what is missing comes from Debian's packages
packages:
	@deploy/install-packages run

module: $(MODULE)

helper:
	@$(MAKE) -s --no-print-directory -j $(JOBS) -C helpers BUILD=$(BUILD)

# nginx's configure decides on the list of files; it takes seconds
$(BUILD)/sources: FORCE
	@mkdir -p $(BUILD)
	@echo $(SOURCES) | cmp -s - $@ || echo $(SOURCES) >$@

$(NGINX_DIR)/objs/Makefile: config $(BUILD)/sources $(NGINX) \
    deploy/configure-module
	deploy/configure-module $(NGINX_DIR) $(MODULE_OPTS)

# nginx's Makefile does not follow includes: a header rebuilds all.  A new
# file, not a new content: an nginx that runs has the old one mapped.
$(MODULE): $(NGINX_DIR)/objs/Makefile $(SOURCES)
	$(if $(filter %.h,$?),rm -rf $(NGINX_DIR)/objs/addon/*/*.o)
	@$(MAKE) -s --no-print-directory -j $(JOBS) -C $(NGINX_DIR) \
	    -f objs/Makefile modules
	cp --remove-destination $(NGINX_DIR)/objs/ngx_canvas_module.so $@

run up: build
	@deploy/stack $@

down:
	@deploy/stack down

test: build
	@deploy/install-packages test
	$(MAKE) --no-print-directory -C tests/unit BUILD=$(BUILD) run
	$(MAKE) --no-print-directory -C tests/unit/helper BUILD=$(BUILD) run
	tests/sql/run
	$(SYSTEM)
	tests/browser/run

# without nchan its rows say so
bench: build
	@deploy/install-packages bench
	-@deploy/install-packages nchan
	$(MAKE) --no-print-directory -C bench BUILD=$(BUILD)

# The system tests with nginx, module and helper under ASan, the latter two
# under UBSan as well.  nginx is rebuilt: with its pools on malloc an overflow
# of a pool block does not pass silently.
ASAN_DIR    = $(BUILD)/asan
ASAN_NGINX  = $(ASAN_DIR)/sbin/nginx
ASAN_FLAGS  = -O1 -g -fno-omit-frame-pointer

asan:
	@deploy/install-packages run test asan
	$(MAKE) --no-print-directory BUILD=$(ASAN_DIR) NGINX=$(ASAN_NGINX) \
	    SANITIZE=address,undefined asan-run

asan-run: module helper
	ASAN_OPTIONS=detect_odr_violation=0:detect_leaks=0 \
	UBSAN_OPTIONS=print_stacktrace=1 \
	    $(SYSTEM)

ifdef SANITIZE
MODULE_OPTS = "$(ASAN_FLAGS) -fsanitize=$(SANITIZE)" "-fsanitize=$(SANITIZE)"

$(NGINX): deploy/build-nginx deploy/nginx-source
	deploy/build-nginx $(BUILD)/source $@ \
	    "$(ASAN_FLAGS) -fsanitize=address -DNGX_DEBUG_PALLOC=1" \
	    "-fsanitize=address"
endif

lint:
	@deploy/install-packages run lint
	.ci/lint

# Files only: README.md says what else an operator does.
install: build
	install -d $(DESTDIR)$(modules) $(DESTDIR)$(prefix)/bin \
	    $(DESTDIR)$(data)/examples $(DESTDIR)$(units) \
	    $(DESTDIR)$(sysconf)/canvas
	install -m 644 $(MODULE) $(DESTDIR)$(modules)
	install -m 755 $(HELPER) $(DESTDIR)$(prefix)/bin
	cp -rL --no-preserve=mode,ownership sql web $(DESTDIR)$(data)
	install -m 644 deploy/systemd/* $(DESTDIR)$(units)
	cp -r --no-preserve=mode,ownership nginx.conf.example deploy/cron.d \
	    deploy/logrotate.d $(DESTDIR)$(data)/examples
	test -e $(DESTDIR)$(sysconf)/canvas/canvas-helper.conf || \
	    install -m 644 deploy/canvas-helper.conf.example \
	        $(DESTDIR)$(sysconf)/canvas/canvas-helper.conf

clean:
	rm -rf $(BUILD)

FORCE:

# packages come before what needs them; the parts use all processors
.NOTPARALLEL:

.PHONY: build packages module helper run up down test bench asan asan-run \
        lint install clean FORCE
