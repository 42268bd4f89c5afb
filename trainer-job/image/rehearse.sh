#!/bin/sh
# rehearse.sh [WHEEL]: takes the steps of trainer-job/Dockerfile that need no Docker, in a folder of its own, with this machine's
# Node, compiler and python3: what npm installs, the addon against an installed TensorFlow, what stays of it, the check that ends
# the image's build, the entry point, and the check of a job that was given a GPU. About a minute. Without a wheel, it takes the
# one that npm run setup:tensorflow keeps, or downloads it as the Dockerfile does, for Python 3.11 on x86-64.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
wheel=${1:-$(find "$root/.tensorflow" -path '*/wheels/tensorflow*.whl' 2>/dev/null | head -n 1)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf '\n-- %s\n' "$1"; }

if [ -z "$wheel" ]; then
  say 'TensorFlow for processors, by its hash'
  python3 -m pip download --quiet --no-cache-dir --no-deps --only-binary=:all: --require-hashes --dest "$work/wheels" \
    --requirement "$root/trainer-job/image/requirements.txt"
  wheel=$(find "$work/wheels" -name 'tensorflow*.whl')
fi

say 'stage packages: npm ci by the lockfile'
mkdir -p "$work/app"
cd "$root"
for file in package.json package-lock.json .npmrc; do cp "$file" "$work/app/"; done
for room in shared recommender functions trainer-job local dashboard cloudbuild bench docs/generate; do
  mkdir -p "$work/app/$room" && cp "$room/package.json" "$work/app/$room/"
done
cd "$work/app"
npm ci --silent --ignore-scripts --omit=dev --workspace=@trainyard/shared --workspace=@trainyard/recommender \
  --workspace=@trainyard/trainer-job
npm uninstall --silent --ignore-scripts --offline --workspace=@trainyard/trainer-job @tensorflow/tfjs-node

say 'stage trainer: the compiled program'
for room in shared recommender trainer-job; do cp -r "$root/$room/dist" "$room/"; done
mkdir trainer-job/setup && cp -r "$root/trainer-job/setup/package" trainer-job/setup/

say 'stage addon: against a TensorFlow that is installed'
python3 -m venv --without-pip "$work/python"
python=$work/python/bin/python
"$python" -c 'import sys, sysconfig, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sysconfig.get_paths()["purelib"])' "$wheel"
PYTHON=$python node trainer-job/dist/setup/setupTensorflow.js --tensorflow installed
sh "$root/trainer-job/image/keepRuntime.sh" .tensorflow
rm -rf "$work/python"
du -sh .tensorflow node_modules shared recommender trainer-job

say 'the check that ends the build, and the entry point'
TF_CPP_MIN_LOG_LEVEL=2 node trainer-job/dist/checkImage.js
node trainer-job/dist/main.js --help | head -n 1

say 'the check of a job that was given a GPU and sees none: 75 says that another machine may do, 2 that this image never will'
status=0
EXPECTED_GPUS=1 TF_CPP_MIN_LOG_LEVEL=2 node trainer-job/dist/checkImage.js || status=$?
case $status in
  0) echo 'this machine has a GPU, and TensorFlow uses it' ;;
  2 | 75) echo "it ended with $status" ;;
  *) echo "it ended with $status" >&2; exit 1 ;;
esac
