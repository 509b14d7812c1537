"""The section `claims`: claims of the user's own, put together from named parts."""

from ..analysis import claim_parts


def faults(config):
    """Yield a line for each thing in the section `claims` that the schema allows, but that doesn't go together."""
    section = config.get("claims", {})
    for id, entry in section.items():
        for key, fault in claim_parts.faults(entry):
            yield f"claims.{id}.{key}: {fault}"
        if entry["metric"] in claim_parts.RANGES and len(config["smoothness"]["step_multiples"]) == 1:
            yield f"claims.{id}.metric: {entry['metric']} takes more than one of smoothness.step_multiples"
    yield from _primary_faults(section)


def _primary_faults(section):
    primary = [id for id, entry in section.items() if entry.get("primary")]
    if len(primary) > 1:
        yield f"claims.{primary[1]}.primary: there is one primary claim, and {primary[0]} is it, too"
    if not primary and claim_parts.PRIMARY in section:
        yield (
            f"claims.{claim_parts.PRIMARY}: replaces the primary claim and leaves none; "
            "set `primary: true` here, or in another of these"
        )
