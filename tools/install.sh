#!/bin/sh
# Installs requirement files into the environment: by uv, which takes seconds, from the index that pip is set to;
# by pip itself where uv can't be had or can't reach that index.
set -eu
bin=$1; shift
uv_version=0.13.9

pip() { "$bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

index=${PIP_INDEX_URL:-$(pip config get global.index-url 2>/dev/null || true)}
if [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi
if [ -x "$bin/uv" ] || pip install "uv==$uv_version" 2>/dev/null; then
  if "$bin/uv" pip install --quiet --native-tls --compile-bytecode --python "$bin/python" -c requirements.lock "$@"; then exit 0; fi
  echo "  uv could not install them: trying pip" >&2
fi
pip install -c requirements.lock "$@"
