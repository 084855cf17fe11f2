"""Answers leave at once, whoever made the listening socket."""

import socket

from playground.runs.sockets import hurry


def nodelay(sock):
    return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_connections_that_a_bound_socket_accepts_do_not_wait_for_acknowledgements():
    with socket.socket(socket.AF_INET) as bound:  # as Streamlit makes it: no protocol named
        bound.bind(("127.0.0.1", 0))
        assert not nodelay(bound)
        assert hurry() >= 1
        bound.listen()
        with socket.create_connection(bound.getsockname()) as one:
            accepted, _ = bound.accept()
            with accepted:
                assert nodelay(accepted)
                accepted.sendall(b"x")
                assert one.recv(1) == b"x"
        assert bound.fileno() >= 0  # only its copy was closed


def test_files_and_other_sockets_are_left_alone(tmp_path):
    with open(tmp_path / "a", "w") as file, socket.socketpair()[0] as pair:
        before = hurry()
        assert file.writable() and pair.fileno() >= 0 and hurry() == before
