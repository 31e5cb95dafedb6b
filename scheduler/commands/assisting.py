"""`mcp`: the stored wire as tools for an assistant."""

import typer

from feeds.errors import ConfigError
from scheduler.commands.shell import now, shell_of


def mcp(context: typer.Context) -> None:
    """Let an assistant ask the store: search, latest, story, why, sources.

    Speaks the Model Context Protocol on standard input and output until the input ends; an assistant starts
    it. Only reads. Needs the extra: pip install "moonwire[mcp]".

    Example: moonwire mcp
    """
    shell = shell_of(context)
    try:
        from scheduler import assistant  # noqa: PLC0415 # an extra; and slow to load
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types", "anyio"}:
            raise
        raise ConfigError(
            'This command needs the library mcp, which is not installed; `pip install "moonwire[mcp]"` does.'
        ) from None
    from feeds.curate.topic import load  # noqa: PLC0415 # only this command needs it
    from scheduler.publishing.library import StoreLibrary  # noqa: PLC0415 # as above
    from scheduler.publishing.publish import channel_of  # noqa: PLC0415 # as above

    config = shell.config
    about = load(config.topic.file)
    with shell.store(sync=False) as store:
        library = StoreLibrary(
            store,
            channel_of(config, about),
            about,
            now,
            most=config.publish.entries,
            moves=config.publish.moves,
        )
        assistant.serve(library)
