#!/usr/bin/env bash
# Whether the node in this container is ready: it answers, has peers if it should, and is in step with them. Needs no
# other program than bash.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${MEDCHAIN_RPC_PORT:-9944}"
printf 'GET /health/readiness HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[[ "$status" == 200 ]] || { echo "not ready: HTTP $status" >&2; exit 1; }
