#!/bin/sh
# keepRuntime.sh FOLDER: takes away what only building the addon needs: headers, objects, the wheel, the log.
set -eu
package=$1/node_modules/@tensorflow/tfjs-node
rm -rf "$1/wheels" "$1/unpacked" "$1/setup.log" \
  "$package/deps/include" "$package/deps/placed-from" \
  "$package/build" "$package/binding" "$package/src"
find "$1/node_modules" -name '*.map' -type f -delete
