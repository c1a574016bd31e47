#!/bin/sh
# Tags a release of all modules.
set -eu
git tag --annotate "$1" --message "Release $1"
