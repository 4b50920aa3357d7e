#!/bin/sh
# Whether the node in this container answers and is of use: in step with its peers. Exit 0 or 1.
exec curl --silent --fail --output /dev/null --max-time 4 "http://127.0.0.1:${MEDCHAIN_RPC_PORT:-9944}/health/readiness"
