"""Runs a watch loop of docs/clients.md as it is: with the functions that it calls, and on the port of this mesh.

Usage: run_watch_loop.py LOOP TOKEN_FILE ADDRESS. Says on stdout what the loop has it do, a line each.
"""

import pathlib
import sys

import grpc

loop, token_file, address = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]

open_channel = grpc.insecure_channel
grpc.insecure_channel = lambda _documented, **options: open_channel(address, **options)


def load_token():
    return token_file.read_text() if token_file.exists() else ""


def save_token(token):
    # At once, as the loop may be killed meanwhile.
    written = token_file.with_suffix(".new")
    written.write_text(token)
    written.replace(token_file)
    print("saved")


def handle(alert):
    print("handled", alert.uid)


def catch_up():
    print("caught up")


exec(compile(loop.read_text(), loop.name, "exec"))
