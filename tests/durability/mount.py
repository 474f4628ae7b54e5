"""A small ext4 file system of this suite's own, in a file, behind a loop device, mounted in a `with`. Needs root."""

import errno
import fcntl
import os
import subprocess

from waiting import eventually

# <linux/ext4.h>: everything that is not on the disk yet is lost, as when the power goes.
_EXT4_IOC_SHUTDOWN = 0x8004587D
_SHUTDOWN_WITHOUT_FLUSHING_THE_JOURNAL = (2).to_bytes(4, "little")


class Mount:
    def __init__(self, folder, megabytes):
        self.image, self.path = f"{folder}/image", f"{folder}/mounted"
        os.mkdir(self.path)
        with open(self.image, "wb") as image:
            image.truncate(megabytes << 20)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", self.image)
        self.mounted = False

    def __enter__(self):
        self.mount()
        return self

    def __exit__(self, *_):
        self.unmount()

    def mount(self):
        _run("mount", "-o", "loop", self.image, self.path)
        self.mounted = True

    def unmount(self):
        """What a killed process had under way by io_uring holds its files a moment longer than the process."""
        if self.mounted:
            eventually(self._let_go, f"{self.path} is not busy any more")
            self.mounted = False

    def _let_go(self):
        done = subprocess.run(["umount", self.path], capture_output=True, text=True, check=False)
        if done.returncode != 0 and "busy" not in done.stderr:
            raise AssertionError(f"umount {self.path}: {done.stderr.strip()}")
        return done.returncode == 0

    def cut_power(self):
        """From now on nothing reaches the disk; what was not synced is gone after the next mount."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _EXT4_IOC_SHUTDOWN, _SHUTDOWN_WITHOUT_FLUSHING_THE_JOURNAL)
        finally:
            os.close(descriptor)

    def fill(self, leave_megabytes):
        """Somebody else's file takes all space but so much."""
        with open(f"{self.path}/filler", "wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, self.free_bytes() - (leave_megabytes << 20))

    def take_the_rest(self):
        """... and another file every byte that is left."""
        with open(f"{self.path}/rest", "ab", buffering=0) as rest:
            try:
                while rest.write(bytes(1 << 16)):
                    pass
            except OSError as full:
                if full.errno != errno.ENOSPC:
                    raise

    def free_bytes(self):
        space = os.statvfs(self.path)
        return space.f_bavail * space.f_frsize


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.stderr.strip()}")
