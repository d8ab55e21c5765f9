"""Work on input that is yet to come, in a forked process with a deadline: LLVM may crash on it, or never end."""

from __future__ import annotations

import os

from passwright.passes.errors import LockError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Made = TypeVar("Made")

SIGKILL = 9  # importing `signal` for it would take half a millisecond
_AGAIN = "run `passwright optimize` again"


class Child:
    """A process that gets ready while its input is still being made."""

    def __init__(self, prepare: Callable[[], None], work: Callable[[bytes], bytes]) -> None:
        """Fork; the child calls `prepare`, and `work` with the input once it is given."""
        source, self._input = os.pipe()
        self._output, sink = os.pipe()
        self._pid = os.fork()
        if self._pid:
            os.close(source)
            os.close(sink)
            return
        try:
            os.close(self._input)
            os.close(self._output)
            prepare()
            with os.fdopen(source, "rb") as file:
                data = file.read()
            if not data:
                os._exit(0)  # given up
            answer = b"=" + work(data)
        except BaseException as error:
            import pickle

            answer = b"!" + pickle.dumps(error)
        with os.fdopen(sink, "wb") as file:
            file.write(answer)
        os._exit(0)

    def start(self, data: bytes) -> None:
        """Give the input, which must not be empty."""
        try:
            with os.fdopen(self._input, "wb") as file:
                file.write(data)
        except BrokenPipeError:
            pass  # it crashed already, which `result` will tell
        self._input = -1

    def result(self, deadline: float) -> bytes:
        """What `work` returned.

        Raises LockError when the child crashed or takes longer than `deadline` seconds, and what the child raised.
        """
        import select
        from time import monotonic

        end = monotonic() + deadline
        chunks = []
        while select.select([self._output], [], [], max(0.0, end - monotonic()))[0]:
            chunk = os.read(self._output, 1 << 20)
            if not chunk:
                break
            chunks.append(chunk)
        else:
            raise LockError(f"a locked recipe did not end within {deadline:g} s", hint=_AGAIN)
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        if os.WIFSIGNALED(status) or not chunks:
            how = f"status {status}"
            if os.WIFSIGNALED(status):
                import signal

                how = signal.Signals(os.WTERMSIG(status)).name
            raise LockError(f"LLVM crashed on a locked recipe ({how})", hint=_AGAIN)
        answer = b"".join(chunks)
        if answer[:1] == b"!":
            import pickle

            raise pickle.loads(answer[1:])
        return answer[1:]

    def cancel(self) -> None:
        """End the process, if it still runs."""
        if self._pid:
            os.kill(self._pid, SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = 0


def apart(work: Callable[[], Made], deadline: float) -> Made:
    """What `work` returns, from a process that may crash; it travels by pickle.

    Raises what it raises, LockError when it crashes or takes longer than `deadline` seconds.
    """
    import pickle

    child = Child(lambda: None, lambda _: pickle.dumps(work()))
    try:
        child.start(b"go")
        made: Made = pickle.loads(child.result(deadline))
        return made
    finally:
        child.cancel()
