#!/usr/bin/env bash
# What a dropped packet costs: a flood of bounded size in namespaces of its own, dropped by the agent's filter, beside one that reaches a socket, and beside
# requests that HAProxy and nginx reject. Root; needs nftables, iproute2, perl; haproxy and nginx where they are installed. Nothing leaves this machine.
#   bench/host-filter.sh [PACKETS] [REQUESTS]      BREAKWATER=PATH: a program that is built already
set -euo pipefail
root=$(cd "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
packets=${1:-200000} requests=${2:-3000} rounds=5
breakwater=${BREAKWATER:-$root/breakwater}
[ "$packets" -le 2000000 ] && [ "$requests" -le 20000 ] || { echo 'host-filter: at most 2,000,000 packets and 20,000 requests' >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo 'host-filter: needs root for network namespaces' >&2; exit 2; }
scratch=$(mktemp -d) a=bwfa$$ b=bwfb$$ agent= proxy=
finish() {
  [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
  [ -z "$proxy" ] || kill "$proxy" 2>/dev/null || true
  ip netns del "$a" 2>/dev/null || true
  ip netns del "$b" 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT
for space in "$a" "$b"; do ip netns add "$space"; ip -n "$space" link set lo up; done
ip link add v0 netns "$a" type veth peer name v1 netns "$b"
ip -n "$a" addr add 10.99.0.1/24 dev v0; ip -n "$b" addr add 10.99.0.2/24 dev v1
ip -n "$a" link set v0 up; ip -n "$b" link set v1 up

cat >"$scratch/flood.pl" <<'PERL'
use strict; use Socket;
my ($count, $port) = @ARGV;
socket(my $s, PF_INET, SOCK_DGRAM, 17) or die; bind($s, sockaddr_in(53, inet_aton('10.99.0.1'))) or die; connect($s, sockaddr_in($port, inet_aton('10.99.0.2'))) or die;
my $data = 'x' x 472; send($s, $data, 0); my ($u, $k) = times;
for (1 .. $count) { send($s, $data, 0) }
my ($u2, $k2) = times; printf "%.0f\n", ($u2 + $k2 - $u - $k) / $count * 1e9;
PERL
cat >"$scratch/sink.pl" <<'PERL'
use strict; use Socket;
socket(my $s, PF_INET, SOCK_DGRAM, 17) or die; bind($s, sockaddr_in(5300, inet_aton('10.99.0.2'))) or die; sleep 600;
PERL
cat >"$scratch/ask.pl" <<'PERL'
use strict; use IO::Socket::INET;
for (1 .. $ARGV[0]) { my $s = IO::Socket::INET->new(PeerAddr => '10.99.0.2', PeerPort => 8080, Timeout => 5) or next; print $s "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"; my $x; read($s, $x, 65536); close $s }
PERL

# The least of some rounds, on one core: nanoseconds of processor time of the whole way from send() to where the packet ends. Between two ends of a veth the kernel takes
# packets in on the sender's time, unless it accounts for interrupts by themselves (CONFIG_IRQ_TIME_ACCOUNTING).
flood() { local least= one i; for i in $(seq $rounds); do one=$(ip netns exec "$a" taskset -c 0 perl "$scratch/flood.pl" "$packets" 5300); [ -n "$least" ] && [ "$least" -le "$one" ] || least=$one; done; echo "$least"; }
rules() { perl -MIO::Socket::UNIX -e '
  my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die; <$s>;
  for my $rule (@ARGV[1 .. $#ARGV]) { print $s "{\"operation\":\"set\",\"rules\":[{\"rule\":\"$rule\",\"leaseMilliseconds\":300000}]}\n"; my $said = <$s>; die $said if $said =~ /"fault":"/ }' "$scratch/agent.sock" "$@"; }
row() { printf '%-58s %8s ns\n' "$1" "$2"; }

ip netns exec "$b" perl "$scratch/sink.pl" & sink=$!
sleep 0.5
echo "Processor time of the whole way of a UDP packet of 500 bytes, $packets packets, least of $rounds rounds (sending is most of it):"
open=$(flood); row 'to a socket whose buffer is full' "$open"
kill "$sink"; wait "$sink" 2>/dev/null || true
ip netns exec "$b" nft -f - <<'NFT'
table netdev floor {
 chain c {
  type filter hook ingress device "v1" priority -400
  drop
 }
}
NFT
floor=$(flood); row 'dropped by a rule without any match: the floor' "$floor"
ip netns exec "$b" nft delete table netdev floor
# Bounded in time as well: one that hangs is ended.
ip netns exec "$b" timeout 600 "$breakwater" agent --socket "$scratch/agent.sock" --interface v1 --prefix 10.99.0.0/16 --max-rules 1000 2>"$scratch/agent.log" & agent=$!
for _ in $(seq 600); do grep -q 'asked on' "$scratch/agent.log" && break; sleep 0.1; done
rules 'destination 10.99.0.2/32 protocol 17 source-port 53 then discard'
one=$(flood); row 'dropped by the agent, 1 filter' "$one"
dropped=$(ip netns exec "$b" nft list chain netdev breakwater f1 | sed -n 's/.*counter packets \([0-9]*\).*/\1/p')
mapfile -t others < <(for i in $(seq 99); do echo "destination 10.99.1.$i/32 protocol 17 source-port 53 then discard"; done)
rules "${others[@]}"
hundred=$(flood); row 'dropped by the agent, 100 filters' "$hundred"
row 'a filter costs a dropped packet, above the floor' $((one - floor))
row 'each further filter costs a packet' $(((hundred - one) / 99))
echo "counted by the filter: $dropped of $((rounds * (packets + 1))) packets"
kill "$agent"; wait "$agent" 2>/dev/null || true; agent=

cat >"$scratch/haproxy.cfg" <<'CFG'
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 10.99.0.2:8080
  http-request deny
CFG
cat >"$scratch/nginx.conf" <<CFG
daemon off; master_process off; error_log /dev/null; pid $scratch/nginx.pid;
events {}
http { access_log off; server { listen 10.99.0.2:8080; return 444; } }
CFG
# Processor time of the proxy's process for a request, its part of the kernel's included; connections are made and closed.
reject() {
  local ticks
  sleep 1
  ip netns exec "$a" timeout 120 perl "$scratch/ask.pl" "$requests"
  ticks=$(awk '{ print $14 + $15 }' "/proc/$proxy/stat")
  row "$1" $((ticks * 10000000 / requests))
  kill "$proxy"; wait "$proxy" 2>/dev/null || true; proxy=
}
echo "Processor time of a proxy for each of $requests requests that it rejects:"
if command -v haproxy >/dev/null; then ip netns exec "$b" haproxy -f "$scratch/haproxy.cfg" >/dev/null 2>&1 & proxy=$!; reject 'HAProxy, http-request deny'; else echo 'haproxy absent'; fi
if command -v nginx >/dev/null; then ip netns exec "$b" nginx -c "$scratch/nginx.conf" >/dev/null 2>&1 & proxy=$!; reject 'nginx, return 444'; else echo 'nginx absent'; fi
