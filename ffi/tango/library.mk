# Rules of a library against the system's cppTango, and of its test host. Set before: here (the sources' folder, with a
# slash), library, host_folder.
OUT ?= $(error OUT must name a folder outside the checkout)
CXX ?= g++
PKG_CONFIG ?= pkg-config

sources := $(wildcard $(here)*.cpp)
host_sources := $(wildcard $(host_folder)/*.cpp)
headers := $(wildcard $(here)*.h $(host_folder)/*.h)

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
# cppTango's headers are the system's: what they do is not warned about.
TANGO_FLAGS := $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags tango))
TANGO_LIBS := $(shell $(PKG_CONFIG) --libs tango)
FLAGS := -std=c++17 -fPIC -pthread $(WARNINGS) $(TANGO_FLAGS)
# nodelete: threads of omniORB are still in the library when the program closes it.
LINK := -shared -pthread -Wl,-z,defs -Wl,-z,nodelete

plain_FLAGS := -O2
asan_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
tsan_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=thread

objects = $(patsubst $(here)%.cpp,$(OUT)/$(1)/%.o,$(sources))
host_objects = $(patsubst $(host_folder)/%.cpp,$(OUT)/$(1)/host/%.o,$(host_sources))

.PHONY: all hosts
all: $(OUT)/$(library)
hosts: $(OUT)/host $(OUT)/host_asan $(OUT)/host_tsan

$(OUT)/$(library): $(call objects,plain)
	$(CXX) $(LINK) -o $@ $^ $(TANGO_LIBS)

define variant
$(OUT)/$(1)/%.o: $(here)%.cpp $(headers)
	@mkdir -p $$(@D)
	$(CXX) $(FLAGS) $($(1)_FLAGS) -c -o $$@ $$<
$(OUT)/$(1)/host/%.o: $(host_folder)/%.cpp $(headers)
	@mkdir -p $$(@D)
	$(CXX) $(FLAGS) -I$(here) $($(1)_FLAGS) -c -o $$@ $$<
$(OUT)/$(2): $(call objects,$(1)) $(call host_objects,$(1))
	$(CXX) -pthread $($(1)_FLAGS) -rdynamic -o $$@ $$^ $(TANGO_LIBS)
endef
$(eval $(call variant,plain,host))
$(eval $(call variant,asan,host_asan))
$(eval $(call variant,tsan,host_tsan))
