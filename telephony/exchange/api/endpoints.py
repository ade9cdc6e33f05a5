"""`/ari/endpoints` and `/ari/deviceStates`."""

from telephony.exchange.api.web import Request, Response, Router, json_response
from telephony.exchange.errors import UnknownError
from telephony.exchange.exchange import Exchange


class EndpointRoutes:
    """The handlers of both resources."""

    def __init__(self, exchange: Exchange) -> None:
        self._switch = exchange.switch

    def add_to(self, router: Router) -> None:
        """Enter the routes."""
        router.add("GET", "/ari/endpoints", self._list)
        router.add("GET", "/ari/endpoints/{technology}", self._list)
        router.add("GET", "/ari/endpoints/{technology}/{resource}", self._get)
        router.add("GET", "/ari/deviceStates", self._list_states)
        router.add("GET", "/ari/deviceStates/{name+}", self._get_state)

    def _list(self, request: Request, technology: str = "PJSIP") -> Response:  # noqa: ARG002 - the shape of a handler
        if technology != "PJSIP":
            raise UnknownError(f"No Endpoints found - invalid tech {technology}")
        channel_ids: dict[str, list[str]] = {resource: [] for resource in self._switch.endpoints}
        for channel in self._switch.channels.values():
            if channel.endpoint_name:
                channel_ids[channel.resource].append(channel.id)
        found = [endpoint.to_json(channel_ids[endpoint.resource]) for endpoint in self._switch.endpoints.values()]
        return json_response(found)

    def _get(self, request: Request, technology: str, resource: str) -> Response:  # noqa: ARG002 - as above
        endpoint = self._switch.endpoints.get(resource)
        if endpoint is None or technology != "PJSIP":
            raise UnknownError("Endpoint not found")
        return json_response(self._switch.endpoint_json(endpoint))

    def _list_states(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        # Asterisk lists only the states that ARI itself set
        return json_response([])

    def _get_state(self, request: Request, name: str) -> Response:  # noqa: ARG002 - the shape of a handler
        technology, _, resource = name.partition("/")
        endpoint = self._switch.endpoints.get(resource) if technology == "PJSIP" else None
        state = endpoint.device_state if endpoint else ("INVALID" if technology == "PJSIP" else "UNKNOWN")
        return json_response({"name": name, "state": state})
