#!/bin/sh
# What pip cannot bring: a browser, and fonts so that its pictures show every script; a C++ compiler for one package
# of the Bluesky network; `ip` for networks that lead nowhere; Java for the checker of HTML. Does nothing when they are
# there.
# Microhei stands for Chinese, Japanese and Korean: 2 MB, where Noto's three take 57.
set -eu

missing=""
if command -v dpkg-query >/dev/null; then
  for package in chromium fonts-noto-core fonts-noto-color-emoji fonts-wqy-microhei g++ iproute2; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  command -v java >/dev/null || missing="$missing default-jre-headless"
  [ -n "$missing" ] || exit 0
else
  for browser in chromium chromium-browser google-chrome; do
    command -v "$browser" >/dev/null && exit 0
  done
  echo "Please install Chromium, the Noto fonts, a C++ compiler, iproute2 and Java with this system's own package manager." >&2
  exit 1
fi

line="apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends$missing"
if [ "$(id -u)" -eq 0 ]; then
  sh -c "$line"
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  sudo sh -c "$line"
else
  echo "Missing:$missing. Please type:" >&2
  echo "  sudo sh -c '$line'" >&2
  exit 1
fi
