"""A file for its owner only: not a link, nobody else's, closed to all others."""

import os
import stat

import pytest

from bot.private import (
    check_file,
    check_folder,
    close_to_others,
    fault_of,
    fault_of_folder,
    open_own,
    replace_own,
)

ME = os.geteuid()
MADE = os.O_RDWR | os.O_CREAT


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.touch(mode=0o600)
    return path


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_what_only_its_owner_can_reach_has_no_fault(file, mode):
    file.chmod(mode)

    assert fault_of(file, file.stat(), ME) == ""
    check_file(file)
    os.close(open_own(file, os.O_RDONLY))


@pytest.mark.parametrize("bit", [1 << n for n in range(6)])
def test_every_right_of_others_is_a_fault_that_names_its_command(file, bit):
    file.chmod(0o600 | bit)
    told = f"^{file} can be reached by others; chmod 600 {file}$"

    with pytest.raises(PermissionError, match=told):
        check_file(file)
    with pytest.raises(PermissionError, match=told):
        open_own(file, os.O_RDONLY)


def test_a_file_of_somebody_else_is_a_fault(file):
    fault = fault_of(file, file.stat(), ME + 1)

    assert fault == f"{file} belongs to user {ME}; chown {ME + 1} {file}"


@pytest.mark.parametrize("target", ["victim", "nothing"])
def test_a_link_is_a_fault_and_what_it_leads_to_stays_as_it_was(tmp_path, target):
    (tmp_path / "victim").write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / target)

    with pytest.raises(PermissionError, match="link is a symbolic link; put the file"):
        check_file(link)
    with pytest.raises(PermissionError, match="link is a symbolic link; put the file"):
        open_own(link, MADE | os.O_TRUNC)
    with pytest.raises(PermissionError, match="link is a symbolic link; put the file"):
        close_to_others(link)
    assert (tmp_path / "victim").read_text() == "mine"
    assert not (tmp_path / "nothing").exists()


def test_a_folder_or_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)

    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(PermissionError, match="is not a file"):
            open_own(path, os.O_RDONLY)


def test_what_is_not_there_has_no_fault_and_is_made_for_its_owner(tmp_path):
    file = tmp_path / "new"
    check_file(file)
    close_to_others(file)

    os.close(open_own(file, MADE))

    assert mode_of(file) == 0o600


def test_an_empty_file_can_be_closed_to_others(file):
    file.chmod(0o666)

    close_to_others(file)

    assert mode_of(file) == 0o600


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o500])
def test_a_folder_that_only_its_owner_writes_to_has_no_fault(tmp_path, mode):
    tmp_path.chmod(mode)

    check_folder(tmp_path)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o720, 0o702])
def test_a_folder_that_others_write_to_is_a_fault(tmp_path, mode):
    tmp_path.chmod(mode)

    with pytest.raises(PermissionError, match=rf"chmod go-w {tmp_path}$"):
        check_folder(tmp_path)


def test_a_folder_is_its_users_or_roots(tmp_path):
    status = tmp_path.stat()

    foreign = fault_of_folder(tmp_path, status, status.st_uid + 1)

    is_roots = status.st_uid == 0
    told = f"{tmp_path} belongs to user {ME}; chown {ME + 1} {tmp_path}"
    assert foreign == ("" if is_roots else told)


def test_a_file_is_replaced_whole_and_is_its_owners(file):
    file.write_bytes(b"before")

    replace_own(file, b"after")

    assert (file.read_bytes(), mode_of(file)) == (b"after", 0o600)
    assert [one.name for one in file.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("planted", ["link", "file"])
def test_what_was_put_where_a_file_begins_is_not_written_to(tmp_path, planted):
    victim, begun = tmp_path / "victim", tmp_path / "file.new"
    victim.write_text("mine")
    if planted == "link":
        begun.symlink_to(victim)
    else:
        begun.touch()
        begun.chmod(0o666)

    replace_own(tmp_path / "file", b"secret")

    assert victim.read_text() == "mine"
    assert not (tmp_path / "file").is_symlink()
    assert mode_of(tmp_path / "file") == 0o600
