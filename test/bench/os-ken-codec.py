"""P6, os-ken's side: builds and encodes, decodes, and says what it measured as one JSON line.

Usage: os-ken-codec.py COUNT ROUNDS. Reads nothing; the flow-mods are those of codec-work.ts.
"""
import json
import struct
import sys
import time

from os_ken.ofproto import ofproto_parser, ofproto_protocol
from os_ken.ofproto import ofproto_v1_3 as ofproto
from os_ken.ofproto import ofproto_v1_3_parser as parser

COUNT = int(sys.argv[1])
ROUNDS = int(sys.argv[2])
DATAPATH = ofproto_protocol.ProtocolDesc(version=ofproto.OFP_VERSION)


def flow_mod(number):
    match = parser.OFPMatch(
        metadata=5000 + number % 16,
        eth_dst="02:00:00:%02x:%02x:%02x" % (number >> 16 & 255, number >> 8 & 255, number & 255),
    )
    actions = [
        parser.OFPActionSetField(tunnel_id=5000 + number % 16),
        parser.OFPActionSetField(tun_ipv4_dst="10.0.0.%d" % (1 + number % 64)),
        parser.OFPActionOutput(100, 0),
    ]
    instructions = [parser.OFPInstructionActions(ofproto.OFPIT_APPLY_ACTIONS, actions)]
    return parser.OFPFlowMod(
        DATAPATH,
        cookie=number + 1,
        table_id=20,
        priority=100,
        out_port=ofproto.OFPP_ANY,
        out_group=ofproto.OFPG_ANY,
        match=match,
        instructions=instructions,
    )


def encode():
    messages = []
    for number in range(COUNT):
        message = flow_mod(number)
        message.set_xid(number)
        message.serialize()
        messages.append(bytes(message.buf))
    return messages


def decode(messages):
    for data in messages:
        version, kind, length, xid = ofproto_parser.header(data)
        ofproto_parser.msg(DATAPATH, version, kind, length, xid, data)


def packet_in():
    packet = bytes.fromhex("020100000008020100000001") + b"\x08\x00" + bytes(50)
    body = struct.pack("!IHBBQ", 0xFFFFFFFF, 64, 0, 0, 0)
    match = struct.pack("!HHII", 1, 12, 0x80000004, 1) + bytes(4)
    whole = body + match + b"\0\0" + packet
    return struct.pack("!BBHI", 4, 10, 8 + len(whole), 0) + whole


def per_second(work):
    rates = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = work()
        rates.append(COUNT / (time.perf_counter() - start))
    return rates, result


encode()
encoding, messages = per_second(encode)
decoding, _ = per_second(lambda: decode(messages))
packets = [packet_in()] * COUNT
receiving, _ = per_second(lambda: decode(packets))
print(
    json.dumps(
        {
            "encode": encoding,
            "decode": decoding,
            "packetIn": receiving,
            "first": messages[0].hex(),
            "packet": packets[0].hex(),
        }
    )
)
