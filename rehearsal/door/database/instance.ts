/**
 * The words that run Postgres as an instance of CloudNativePG's, with the programs in a folder. What comes after them is the
 * Cluster's uid, the application's database, and words for initdb.
 */
export function instanceWords(folder: string): string[] {
  return ["/bin/sh", "-c", script, folder];
}

// A server is made aside and moved in one step, so that it is there whole or not at all; another Cluster's is not gone on
// with. What a lock says of its holder is not believed: whoever held it ended with its door, and the number is another's.
const script = `set -eu
umask 077
uid=$1 database=$2 data=/var/lib/postgresql/data settings=/controller/settings
shift 2
alone() { "$0/postgres" --single -c exit_on_error=on -D "$1" "$2" >/dev/null; }
mkdir -p /controller/run /controller/tmp
if [ "$(cat "$data/cluster" 2>/dev/null || :)" != "$uid" ]; then
  rm -rf "$data/new" "$PGDATA"
  "$0/initdb" --username=postgres --pgdata="$data/new" "$@"
  alone "$data/new" postgres <"$settings/server.sql"
  alone "$data/new" "$database" <"$settings/first.sql"
  mv "$data/new" "$PGDATA"
  printf %s "$uid" >"$data/cluster"
fi
rm -f "$PGDATA/postmaster.pid" /controller/run/.s.PGSQL.*
cat "$settings/roles.sql" "$settings/schema.sql" | alone "$PGDATA" "$database"
"$0/postgres" --config-file="$settings/postgresql.conf" &
# Asked to end, Postgres would wait until its clients have gone.
trap 'kill -INT $!' TERM
code=0
while kill -0 $! 2>/dev/null; do
  wait $! && code=0 || code=$?
done
exit $code
`;
