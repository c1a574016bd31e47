#!/bin/sh
# Says what is being rolled out, in several lines as a real tool would.
set -eu
echo "Building $1"
echo "Rolling out $1: 1 of 1 instances ready"
