# shellcheck shell=bash
# jdk.sh: finds a JDK. Source it, then: use_jdk 25 || exit 1

jdk_version() { # jdk_version FOLDER: the number of the Java version of the JDK there, or nothing
  local version=''
  [ -n "$1" ] && [ -x "$1/bin/javac" ] || return 0
  [ ! -r "$1/release" ] || version=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$1/release")
  [ -n "$version" ] || version=$("$1/bin/java" -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p')
  version=${version#1.}   # 1.8 is 8
  echo "${version%%[!0-9]*}"
}

jdk_candidates() { # likely folders, the best first
  local folder java
  if java=$(command -v javac); then dirname "$(dirname "$(readlink -f "$java")")"; fi
  for folder in /usr/lib/jvm/* /opt/* ~/.sdkman/candidates/java/* ~/.jdks/*; do echo "$folder"; done
  update-alternatives --list java 2>/dev/null | sed 's|/bin/java$||'
}

use_jdk() { # use_jdk VERSION: exports JAVA_HOME; keeps it if it is a JDK of that version or newer
  local wanted=$1 folder version
  while read -r folder; do
    version=$(jdk_version "$folder")
    if [ -n "$version" ] && [ "$version" -ge "$wanted" ]; then
      export JAVA_HOME=$folder
      return
    fi
  done < <(echo "${JAVA_HOME:-}"; jdk_candidates)
  echo "error: there is no JDK $wanted or newer (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks):" \
    "install one, such as Eclipse Temurin $wanted, or set JAVA_HOME to where it is" >&2
  return 1
}
