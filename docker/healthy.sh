#!/usr/bin/env bash
# Whether the node in this container is ready: it answers, has peers if it should, and is in step with them. Needs no
# other program than bash.
set -euo pipefail
HOST="127.0.0.1:${MEDCHAIN_RPC_PORT:-9944}" # the node answers to whoever names it as it listens
exec 3<>"/dev/tcp/${HOST/:/\/}"
printf 'GET /health/readiness HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$HOST" >&3
read -r -t 4 _ status _ <&3
[[ "$status" == 200 ]] || { echo "not ready: HTTP $status" >&2; exit 1; }
