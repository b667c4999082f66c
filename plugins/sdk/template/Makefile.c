# SPDX-License-Identifier: MIT
# make: builds @NAME@ · make check: what every plugin must do, tried on this one · make install: into your own plugin folder
CFLAGS ?= -O2 -g -Wall -Wextra -Wno-unused-parameter
PACKAGES = json-glib-1.0
SOURCES = @NAME@.c signet-sdk.c signet-sdk-host.c signet-sdk-profile.c signet-sdk-scep.c
SIGNET ?= signet
FOLDER = $(or $(XDG_DATA_HOME),$(HOME)/.local/share)/signet/plugins/1/@NAME@

@NAME@: $(SOURCES) signet-sdk.h
	$(CC) $(CFLAGS) $(shell pkg-config --cflags $(PACKAGES)) -o $@ $(SOURCES) $(shell pkg-config --libs $(PACKAGES))

check: @NAME@
	$(SIGNET) plugin check . $(foreach file,$(wildcard recordings/*.txt),--replay $(file))

install: @NAME@
	mkdir -p "$(FOLDER)"
	cp @NAME@ @NAME@.plugin "$(FOLDER)/"

clean:
	rm -f @NAME@

.PHONY: check install clean
