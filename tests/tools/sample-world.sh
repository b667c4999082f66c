# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# sample-world.sh: a world of sample data in a folder of its own: user folders, a sample authority on loopback, a software token with a
# certificate. Used by ./dev demo, ./dev bench and the end-to-end tests. Sourced; needs common.sh. Not a test by itself.
#
#   world_open FOLDER            the environment of a person who has never used Signet; cleaned up by world_close
#   world_authority [--no-ocsp | --lists]  makes the authority's keys, starts its servers, files it as an authority profile and anchor
#   world_token LABEL            a software token; PIN 1234
#   world_certificate LABEL KEY  a certificate from the authority on that token
#
# After world_open: $world, $world_build, signet (a function). After world_authority: $ca_port, $ocsp_port, $tsa_port, $world/pki.

world_servers=()

world_open ()
{
  world=$1
  world_build=${SIGNET_BUILD_ROOT:-$SIGNET_TOP/build}
  # a development build would follow these to other places
  unset SIGNET_USER_DIR SIGNET_DATA_DIR SIGNET_AUTHORITY_PATH
  mkdir -p "$world"
  export HOME="$world" XDG_DATA_HOME="$world/data" XDG_CONFIG_HOME="$world/config" XDG_CACHE_HOME="$world/cache" XDG_STATE_HOME="$world/state"
  export SIGNET_TOKEN_HOST="$world_build/app/token-host/signet-token-host" SIGNET_PLUGIN_PATH="$world_build/plugins"
  export SIGNET_PLUGIN_WALL="$world_build/app/core/plugin/signet-plugin-wall"
  export SIGNET_LOCALE_DIR="$world_build/po"
  # secrets go to a key file here instead of the person's own key ring
  export SECRET_BACKEND=file SECRET_FILE_TEST_PATH="$world/secrets" SECRET_FILE_TEST_PASSWORD=sample
  mkdir -p "$XDG_DATA_HOME/signet/authorities" "$XDG_DATA_HOME/signet/anchors" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME" "$XDG_STATE_HOME"
  chmod 700 "$world" "$XDG_DATA_HOME/signet"
  printf '1234\n' >"$world/pin"
  printf '12345678\n' >"$world/so-pin"
  printf 'signet-demo\n' >"$world/activation-code"
  chmod 600 "$world/pin" "$world/so-pin" "$world/activation-code"
}

world_stop_servers ()
{
  [ ${#world_servers[@]} -gt 0 ] || return 0
  kill "${world_servers[@]}" 2>/dev/null || true
  wait "${world_servers[@]}" 2>/dev/null || true
  world_servers=()
}

world_close ()
{
  world_stop_servers
  [ -z "${world:-}" ] || rm -rf "$world"
}

signet () { "$world_build/app/cli/signet" "$@" </dev/null; }

# world_start NAME PROGRAM ARGUMENT…: a server that writes its port into a file once it listens; sets $port and adds to world_servers
world_start ()
{
  local name=$1 program=$2 waited=0; shift 2
  rm -f "$world/$name.port"
  "$world_build/tests/servers/$program" "$@" --port-file "$world/$name.port" >>"$world/$name.log" 2>&1 &
  world_servers+=($!)
  until [ -s "$world/$name.port" ]; do
    if ! kill -0 "${world_servers[-1]}" 2>/dev/null || [ "$waited" -ge 400 ]; then
      cat "$world/$name.log" >&2
      fail "the $name server did not start" 69
    fi
    sleep 0.05; waited=$((waited + 1))
  done
  port=$(cat "$world/$name.port")
}

world_free_port () { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The certificates name the OCSP server, and the server needs the authority: so its port comes first.
world_authority ()
{
  local urls=()
  ocsp_port=$(world_free_port); tsa_port=$(world_free_port); list_port=$(world_free_port)
  [ "${1:-}" = --no-ocsp ] || urls=(--ocsp-url "http://127.0.0.1:$ocsp_port/" --tsa-url "http://127.0.0.1:$tsa_port/")
  [ "${1:-}" != --lists ] || urls+=(--crl-url "http://127.0.0.1:$list_port/ca.crl" --issuer-url "http://127.0.0.1:$list_port/ca.cer")
  "$world_build/tests/servers/signet-test-ca" init "$world/pki" "${urls[@]}" >"$world/init.log" 2>&1 \
    || { cat "$world/init.log" >&2; fail "the sample authority could not be made" 70; }
  world_start authority signet-test-ca serve "$world/pki" --reference 1234 --secret signet-demo
  ca_port=$port
  if [ ${#urls[@]} -gt 0 ]; then
    [ "${1:-}" = --lists ] || world_start ocsp signet-test-ocsp "$world/pki" --port "$ocsp_port"
    world_start time-stamp signet-test-tsa "$world/pki" --port "$tsa_port"
  fi
  cp "$world/pki/chain.pem" "$XDG_DATA_HOME/signet/authorities/sample-ca-chain.pem"
  cp "$world/pki/root.pem" "$XDG_DATA_HOME/signet/anchors/sample-root.pem"
  local services=(-e "s/@TSA_PORT@/$tsa_port/g")
  [ ${#urls[@]} -gt 0 ] || services=(-e '/^TimeStamp=/d')
  sed -e "s/@PORT@/$ca_port/g" "${services[@]}" "$SIGNET_TOP/tests/tools/sample-ca.profile" >"$XDG_DATA_HOME/signet/authorities/sample-ca.profile"
}

world_token () { signet token init --software --label "$1" --pin-file "$world/pin" --so-pin-file "$world/so-pin"; }

world_certificate ()
{
  signet request new --authority sample-ca --token "$1" --key "$2" --field name="Li Na (sample)" --field organisation="Sample Ltd" \
    --field reference=1234 --secret-file "$world/activation-code" --accept-terms --wait 60 --pin-file "$world/pin"
}
