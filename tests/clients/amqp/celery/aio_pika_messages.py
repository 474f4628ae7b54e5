"""aio-pika: its connections, confirms, iterators, and calls that wait for their answer."""

import asyncio

import aio_pika
from aio_pika.patterns import RPC

from cases import equal, unique

SUITE = "aio-pika"


def _run(case):
    async def within_time():
        await asyncio.wait_for(case, 50)

    asyncio.run(within_time())


def _connect(bootstrap, connect=aio_pika.connect):
    return connect(f"amqp://guest:guest@{bootstrap}/")


def test_what_is_published_is_iterated_over(bootstrap):
    async def case():
        async with await _connect(bootstrap) as connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=10)
            queue = await channel.declare_queue(unique("q"), auto_delete=True)
            for n in range(100):
                confirmed = await channel.default_exchange.publish(aio_pika.Message(b"%d" % n, headers={"n": n}), queue.name)
                equal(type(confirmed).__name__, "Ack", "confirmed")
            got = []
            async with queue.iterator() as messages:
                async for message in messages:
                    async with message.process():
                        got.append((message.body, message.headers["n"]))
                    if len(got) == 100:
                        break
            equal(got, [(b"%d" % n, n) for n in range(100)])

    _run(case())


def test_a_message_that_no_queue_takes_is_told(bootstrap):
    async def case():
        async with await _connect(bootstrap) as connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            try:
                await channel.default_exchange.publish(aio_pika.Message(b"lost"), unique("nowhere"))
            except aio_pika.exceptions.DeliveryError:
                return
            raise AssertionError("it was taken")

    _run(case())


def test_a_call_is_answered(bootstrap):
    async def case():
        async with await _connect(bootstrap, aio_pika.connect_robust) as connection:
            channel = await connection.channel()
            rpc = await RPC.create(channel)

            async def double(*, n):
                return 2 * n

            method = unique("double")
            await rpc.register(method, double, auto_delete=True)
            equal(await asyncio.gather(*(rpc.call(method, {"n": n}) for n in range(20))), [2 * n for n in range(20)])
            await rpc.close()

    _run(case())


def test_a_failed_step_puts_its_message_back(bootstrap):
    async def case():
        async with await _connect(bootstrap) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(unique("q"), exclusive=True)
            await channel.default_exchange.publish(aio_pika.Message(b"again"), queue.name)
            message = await queue.get(timeout=10)

            async def fail():
                async with message.process(requeue=True):
                    raise ValueError("no")

            try:
                await fail()
            except ValueError:
                pass
            message = await queue.get(timeout=10)
            equal((message.body, message.redelivered), (b"again", True))
            await message.ack()

    _run(case())


def test_what_is_declared_otherwise_closes_the_channel_alone(bootstrap):
    async def case():
        async with await _connect(bootstrap) as connection:
            first, second = await connection.channel(), await connection.channel()
            queue = await first.declare_queue(unique("q"), exclusive=True)

            async def otherwise():
                await first.declare_queue(queue.name, exclusive=True, arguments={"x-max-length": 1})

            error = None
            try:
                await otherwise()
            except aio_pika.exceptions.ChannelPreconditionFailed as refused:
                error = refused
            equal("inequivalent arg 'x-max-length'" in str(error), True, str(error))
            await second.declare_queue(queue.name, passive=True)

    _run(case())
