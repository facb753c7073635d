"""The harnesses by name: how many cases each has, and how one case is tried."""

import os
import signal

import acts
import fulldisk
import leaks
import meanwhile
import memory
import programs
import sandbox
import sweeps
import tamper


class Harness:
    """Tries one case after the other in a sandbox of its own. Each worker has one."""

    alone = False    # whether its cases are tried one at a time

    def __init__(self, given, name):
        self.given = given
        self.library = os.path.join(given.folder, "faults.so")
        self.folder = os.path.join(given.folder, name)
        self.begin()

    def program(self):
        if self.given.standin is not None:
            return programs.StandIn(self.given.standin)
        return programs.Sotto(self.given.program)

    def begin(self):
        self.place = sandbox.Sandbox(self.folder, self.program())
        self.act = self.made_act()

    def made_act(self):
        return acts.ACTS[self.given.act](self.library, self.place, self.given.size)

    def cases(self):
        """The numbers of all cases."""
        return range(1, self.count() + 1)

    def end(self):
        self.place.clear()


class EachCall(Harness):
    """A case for each call of the act, and one more for the end."""

    only = None

    def count(self):
        return sweeps.count(self.act, self.only) + 1


class Kill(EachCall):
    def case(self, number):
        return sweeps.killed(self.act, number)


class Tear(EachCall):
    only = ",write,"

    def case(self, number):
        return sweeps.killed(self.act, number, "tear")


class Fail(EachCall):
    def count(self):
        return sweeps.count(self.act, reads=self.reads()) + 1

    def reads(self):
        return 1 if self.given.reads else None

    def case(self, number):
        return sweeps.failed(self.act, number, self.given.error, self.given.lasting, self.reads())


class Short(EachCall):
    only = ",write,"

    def case(self, number):
        return sweeps.shortened(self.act, number)


class Meanwhile(EachCall):
    def case(self, number):
        return meanwhile.interrupted(self.act, number, self.given.kind)


class PowerCuts(Harness):
    cuts = None

    def cases(self):
        return range(self.given.first, self.given.first + self.given.seeds)

    def case(self, number):
        self.cuts = self.cuts or sweeps.Cuts(self.act)
        return self.cuts.cut(number)


class OnSmallDisk(Harness):
    def begin(self):
        self.disk = fulldisk.SmallDisk(self.folder + "-disk", 1 << 30)
        self.place = sandbox.Sandbox(self.folder, self.program(), self.disk.folder)
        self.act = self.made_act()

    def end(self):
        super().end()
        self.disk.end()


class TooSmall(OnSmallDisk):
    def cases(self):
        return range(0, 151, 5)

    def case(self, number):
        return fulldisk.too_small(self.act, self.disk, number)


class Full(OnSmallDisk, EachCall):
    def case(self, number):
        return fulldisk.filled(self.act, self.disk, number)


class Tamper(Harness):
    """Every worker has a vault of its own, with names of its own, so a number is not the same change in each."""

    def made_act(self):
        return tamper.Vaults(self.library, self.place, self.given.size)

    def begin(self):
        super().begin()
        self.changes = list(self.act.all(self.given.bytes))

    def count(self):
        return len(self.changes)

    def case(self, number):
        change = self.changes[(number - 1) % len(self.changes)]
        problems = self.act.tried(change)
        # Restoring takes longer: every eighth.
        if not problems and number % 8 == 0:
            problems = self.act.restored(change)
        return problems, change.what


class Leaks(Harness):
    alone = True

    def made_act(self):
        return acts.Locking(self.library, self.place, self.given.size)

    def cases(self):
        return [1]

    def case(self, number):
        return leaks.locked(self.act)


class RawDisk(Leaks):
    def begin(self):
        self.disk = None

    def case(self, number):
        self.disk = leaks.RawDisk(self.given.folder)
        self.place = sandbox.Sandbox(self.folder, self.program(), self.disk.folder)
        return leaks.raw(self.made_act(), self.disk)

    def end(self):
        pass


class Memory(Harness):
    """The first case is the end of a run, then two kinds of dumps, then places in its middle."""

    alone = True

    def begin(self):
        self.place = sandbox.Sandbox(self.folder, self.program())
        if self.given.leaky is not None:
            self.watched = memory.leaky(self.library, self.place, self.given.leaky)
            return
        if self.given.passphrase:
            self.place.use_passphrases()
        kind = acts.Verifying if self.given.act == "verify" else acts.ACTS[self.given.act]
        self.watched = memory.of_act(kind(self.library, self.place, self.given.size))

    def count(self):
        return 3 + self.given.places

    def case(self, number):
        start, secrets, calls = self.watched
        if number == 1:
            return memory.at_end(start, secrets)
        if number in (2, 3):
            died = signal.SIGABRT if number == 2 else signal.SIGSEGV
            return memory.dumped(start, secrets, max(1, calls // 2), died, self.place.folder)
        return memory.in_middle(start, secrets, max(1, calls * (number - 3) // (self.given.places + 1)))


HARNESSES = {"kill": Kill, "tear": Tear, "fail": Fail, "short": Short, "cuts": PowerCuts, "meanwhile": Meanwhile,
             "small-disk": TooSmall, "full-disk": Full, "tamper": Tamper, "leaks": Leaks, "raw-disk": RawDisk,
             "memory": Memory}
