# Sourced: resolves Kafka's tools by their Maven coordinates, once for each pom.xml, and defines
#   kafka CLASS ARGS...   runs one of them with a small, quickly started JVM
tools_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools_cache=${WHARF_CACHE:-$HOME/.cache/wharf-tests}
tools_jars=$tools_cache/kafka-tools-$(sha256sum "$tools_here/pom.xml" | cut -c1-12)

mkdir -p "$tools_jars"
(
  flock 9  # two runs at once must not copy into one folder
  if [ ! -e "$tools_jars/.complete" ]; then
    mvn -q -B -f "$tools_here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$tools_jars" >&2
    rm -f "$tools_jars"/log4j-slf4j* "$tools_jars"/slf4j-reload4j*
    touch "$tools_jars/.complete"
  fi
) 9>"$tools_jars.lock"

kafka_command=(java -Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -XX:SharedArchiveFile="$tools_jars/classes.jsa"
  -Xlog:cds=off -Xlog:cds+dynamic=off -cp "$tools_jars/*")
kafka() { "${kafka_command[@]}" "$@"; }

# Keeps the classes of an admin client in an archive, which cuts a third off the start of every tool.
if [ -n "${WHARF_BOOTSTRAP:-}" ] && [ ! -e "$tools_jars/classes.jsa" ]; then
  (
    flock 9
    [ -e "$tools_jars/classes.jsa" ] || timeout 120 java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ArchiveClassesAtExit="$tools_jars/classes.jsa" \
      -cp "$tools_jars/*" org.apache.kafka.tools.TopicCommand --bootstrap-server "$WHARF_BOOTSTRAP" --list >/dev/null 2>&1 || true
  ) 9>"$tools_jars.lock"
fi
