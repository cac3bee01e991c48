#!/bin/sh
# Fills the @PLACEHOLDER@s of every configuration file in SRC from the environment and writes the results to DEST.
# The one renderer for the lab and for the container. Nothing is written if a placeholder has no value.
#   usage: render.sh SRC DEST
set -eu
umask 027

if [ $# -ne 2 ] || [ ! -d "$1" ]; then
  echo "usage: render.sh SRC DEST   (SRC: a folder of .conf files)" >&2
  exit 2
fi
src=$1
dest=$2

# A value must not be able to end its line or start a comment: either would change the configuration's meaning.
check='
{
  line = $0
  while (match(line, /@[A-Z][A-Z0-9_]*@/)) {
    name = substr(line, RSTART + 1, RLENGTH - 2)
    line = substr(line, RSTART + RLENGTH)
    if (name in seen) continue
    seen[name] = 1
    value = ENVIRON[name]
    if (value == "") { print FILENAME ": " name " is not set" > "/dev/stderr"; bad = 1 }
    else if (value ~ /[;\n\r\\]/) { print FILENAME ": " name " holds a character that is not allowed" > "/dev/stderr"; bad = 1 }
  }
}
END { exit bad }'
fill='
{
  line = $0
  out = ""
  while (match(line, /@[A-Z][A-Z0-9_]*@/)) {
    out = out substr(line, 1, RSTART - 1) ENVIRON[substr(line, RSTART + 1, RLENGTH - 2)]
    line = substr(line, RSTART + RLENGTH)
  }
  print out line
}'

awk "$check" "$src"/*.conf
mkdir -p "$dest"
for file in "$src"/*.conf; do
  awk "$fill" "$file" > "$dest/$(basename "$file")"
done
