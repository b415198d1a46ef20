import errno
import struct

import pytest

from taskyard.provisioner.isolation.sandboxd import seccomp

X86, ARM = 0xC000003E, 0xC00000B7
ALLOW = "allow"


def judge(program: bytes, arch: int, number: int, *arguments: int) -> str:
    """Run the filter as the kernel would; an errno's name, or `ALLOW`."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=IIQ6Q", number, arch, 0, *padded)
    code = list(struct.iter_unpack("=HBBI", program))
    at = accumulator = 0
    while True:
        operation, when_true, when_false, value = code[at]
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x15:
                at += when_true if accumulator == value else when_false
            case 0x35:
                at += when_true if accumulator >= value else when_false
            case 0x45:
                at += when_true if accumulator & value else when_false
            case _:
                refused = value & 0xFFFF0000 == 0x00050000
                return errno.errorcode[value & 0xFFFF] if refused else ALLOW


@pytest.mark.parametrize(
    ("number", "arguments", "verdict"),
    [
        (0, (), ALLOW),  # read
        (59, (), ALLOW),  # execve
        (101, (), ALLOW),  # ptrace: debuggers
        (334, (), ALLOW),  # rseq
        (272, (0x10000000,), "EPERM"),  # unshare
        (308, (), "EPERM"),  # setns
        (165, (), "EPERM"),  # mount
        (321, (), "EPERM"),  # bpf
        (250, (), "EPERM"),  # keyctl
        (425, (), "EPERM"),  # io_uring_setup
        (56, (0x01200011,), ALLOW),  # fork
        (56, (0x003D0F00,), ALLOW),  # a thread
        (56, (0x10000011,), "EPERM"),  # clone into a user namespace
        (56, (0x40000011,), "EPERM"),  # and into a network namespace
        (435, (), "ENOSYS"),  # clone3
        (41, (1, 1), ALLOW),  # unix socket
        (41, (2, 1), ALLOW),  # inet
        (41, (10, 1), ALLOW),  # inet6
        (41, (16, 3), ALLOW),  # netlink
        (41, (40, 1), "EAFNOSUPPORT"),  # vsock: the hypervisor
        (41, (17, 3), "EAFNOSUPPORT"),  # packet
        (41, (38, 5), "EAFNOSUPPORT"),  # kernel crypto
        (16, (0, 0x5401), ALLOW),  # TCGETS
        (16, (0, 0x5412), "EPERM"),  # TIOCSTI
        (16, (0, 0x541C), "EPERM"),  # TIOCLINUX
        (16, (0, 0x1_0000_5412), "EPERM"),  # the kernel looks at 32 bits
        (0x40000000 | 165, (), "ENOSYS"),  # mount through the x32 ABI
    ],
)
def test_system_calls_on_x86(
    number: int, arguments: tuple[int, ...], verdict: str
) -> None:
    program = seccomp.program(nested_namespaces=False, machine="x86_64")

    assert judge(program, X86, number, *arguments) == verdict


@pytest.mark.parametrize(
    ("number", "arguments", "verdict"),
    [
        (63, (), ALLOW),
        (97, (), "EPERM"),
        (40, (), "EPERM"),
        (220, (0x10000011,), "EPERM"),
        (220, (0x11,), ALLOW),
        (435, (), "ENOSYS"),
        (198, (40,), "EAFNOSUPPORT"),
        (198, (2,), ALLOW),
    ],
)
def test_system_calls_on_arm(
    number: int, arguments: tuple[int, ...], verdict: str
) -> None:
    program = seccomp.program(nested_namespaces=False, machine="aarch64")

    assert judge(program, ARM, number, *arguments) == verdict


@pytest.mark.parametrize(
    ("number", "arguments", "verdict"),
    [
        (272, (0x10000000,), ALLOW),
        (56, (0x10000011,), ALLOW),
        (435, (), ALLOW),
        (165, (), ALLOW),
        (321, (), "EPERM"),
        (41, (40,), "EAFNOSUPPORT"),
    ],
)
def test_nesting_allows_namespaces_and_nothing_of_the_kernel(
    number: int, arguments: tuple[int, ...], verdict: str
) -> None:
    program = seccomp.program(nested_namespaces=True, machine="x86_64")

    assert judge(program, X86, number, *arguments) == verdict


def test_another_abi_of_the_same_processor_is_not_there() -> None:
    program = seccomp.program(nested_namespaces=False, machine="x86_64")

    assert judge(program, 0x40000003, 21) == "ENOSYS"  # i386: mount


def test_an_unknown_processor_has_no_filter() -> None:
    with pytest.raises(seccomp.UnsupportedMachine):
        _ = seccomp.program(nested_namespaces=False, machine="riscv64")
