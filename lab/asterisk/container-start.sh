#!/bin/sh
# Fills the configuration from the environment and becomes Asterisk. Starts as root for real-time priority; Asterisk then
# goes on as the user asterisk.
set -eu

export ETC_DIR=/etc/asterisk LIB_DIR=/var/lib/asterisk LOG_DIR=/var/log/asterisk SPOOL_DIR=/var/spool/asterisk
export RUN_DIR=/run/asterisk CACHE_DIR=/var/cache/asterisk MUSIC_DIR=/opt/ringcard/sounds
MODULE_DIR=$(ls -d /usr/lib/*/asterisk/modules)
export MODULE_DIR

/opt/ringcard/render.sh /opt/ringcard/config "$ETC_DIR"
# Behind a container's address translation ICE must offer the public address.
mkdir -p "$ETC_DIR/rtp.d"
{
  echo '[ice_host_candidates]'
  for address in $(hostname -I); do echo "$address => $EXTERNAL_ADDRESS"; done
} > "$ETC_DIR/rtp.d/public.conf"
mkdir -p "$RUN_DIR" "$CACHE_DIR" "$LIB_DIR/keys" "$LOG_DIR/cdr-csv" "$LOG_DIR/cel-custom" "$SPOOL_DIR/monitor"
chown -R asterisk:asterisk "$ETC_DIR" "$RUN_DIR" "$CACHE_DIR" "$LIB_DIR" "$LOG_DIR" "$SPOOL_DIR"
# Ringcard reads CEL and queue_log from the same volume, as a user of its own.
chmod 755 "$LOG_DIR" "$LOG_DIR/cel-custom"

# The secrets are in the files now; Asterisk and what it may start need not inherit them.
for name in $(env | sed -n 's/^\([A-Z0-9_]*SECRET[A-Z0-9_]*\|VOICEMAIL_PIN\)=.*/\1/p'); do unset "$name"; done
exec asterisk -f -U asterisk -G asterisk -C "$ETC_DIR/asterisk.conf"
