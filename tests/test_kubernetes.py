"""The manifests: what Kubernetes takes, and what the bot understands."""

import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from bot.http.server import Server
from bot.lifecycle import (
    CANCELLED_SECONDS,
    FLUSH_SECONDS,
    LAST_ROUND_SECONDS,
    WORK_SECONDS,
)
from bot.slack.inbound.sockets import CONNECTIONS
from tests.tools.deployed import ALIASES, BOT_TOML, IMAGE, loaded

TOP = Path(__file__).parents[1]
FOLDER = TOP / "deploy/k8s"
OLDEST = "1.30"  # in which preStop may sleep
NO_SCHEMA = {"Kustomization", "ServiceMonitor"}  # not of Kubernetes itself
TEN = 10  # sockets that Slack gives an app
FILES = sorted(FOLDER.glob("*.yaml"))
THINGS = {path.stem: yaml.safe_load(path.read_text()) for path in FILES}
POD = THINGS["deployment"]["spec"]["template"]["spec"]
JOB = THINGS["migrate"]["spec"]["template"]["spec"]
PODS = {"deployment": POD, "migrate": JOB}


def environment(pod):
    (container,) = pod["containers"]
    return {one["name"]: one["value"] for one in container["env"]}


@pytest.fixture(params=PODS)
def pod(request):
    return PODS[request.param]


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
@pytest.mark.parametrize(
    "name", [name for name, thing in THINGS.items() if thing["kind"] not in NO_SCHEMA]
)
def test_kubernetes_takes_it(name, version):
    taken = kubernetes_validate.validate(THINGS[name], version, strict=True)

    assert version.startswith(taken)


def test_what_it_does_not_know_it_refuses():
    """So the judge can see."""
    wrong = {**THINGS["disruption"], "spec": {"maxUnavailabel": 1}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, OLDEST, strict=True)


def test_all_of_it_is_applied_but_what_is_somebody_elses():
    listed = THINGS["kustomization"]
    (generated,) = listed["configMapGenerator"]

    apart = {"kustomization.yaml", "secret.example.yaml", "monitor.yaml"}
    assert {path.name for path in FILES} == {*listed["resources"], *apart}
    assert generated == {"name": "patchbay", "files": [BOT_TOML.name]}
    assert [one["name"] for one in listed["images"]] == ["patchbay"]


def test_a_pod_has_no_rights_that_it_does_not_need(pod):
    (container,) = pod["containers"]

    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "fsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is pod["enableServiceLinks"] is False
    assert {"limits", "requests"} == set(container["resources"])
    assert "USER 10001" in (TOP / "Dockerfile").read_text()


def test_what_is_mounted_is_there_and_what_is_written_to_may_be(pod):
    (container,) = pod["containers"]
    volumes = {one["name"]: one for one in pod["volumes"]}
    written = {
        one["mountPath"] for one in container["volumeMounts"] if not one.get("readOnly")
    }

    assert {one["name"] for one in container["volumeMounts"]} == set(volumes)
    assert written == {"/data", "/tmp"}  # noqa: S108 - a pod's own
    assert all("emptyDir" in volumes[name] for name in ("data", "tmp"))
    assert volumes["secrets"]["secret"] == {
        "secretName": THINGS["secret.example"]["metadata"]["name"],
        "defaultMode": 0o440,
    }


def test_every_variable_is_a_setting_and_every_secret_has_its_place(pod):
    variables = environment(pod)
    files = {path for name, path in variables.items() if name.endswith("_FILE")}
    files |= set(re.findall(r'"(/run/secrets/[^"]+)"', BOT_TOML.read_text()))
    keys = THINGS["secret.example"]["stringData"]

    assert {name.removesuffix("_FILE") for name in variables} <= ALIASES
    assert {Path(path).parent for path in files} == {Path("/run/secrets/patchbay")}
    assert {Path(path).name for path in files} <= set(keys)
    assert set(keys.values()) == {""}


def test_every_secret_is_used():
    files = re.findall(r"/run/secrets/patchbay/(\w+)", BOT_TOML.read_text())
    files += [
        Path(path).name
        for name, path in environment(POD).items()
        if name.endswith("_FILE")
    ]

    assert sorted(files) == sorted(THINGS["secret.example"]["stringData"])


def test_with_them_the_bot_is_set_right(pod, tmp_path, monkeypatch):
    variables = environment(pod)

    settings = loaded(variables, tmp_path, monkeypatch)

    assert settings.database_url.get_secret_value().startswith("postgresql://")
    assert settings.audit_anchors == Path("/data/patchbay.anchors")
    if pod is POD:
        assert settings.slack_bot_token
        assert settings.slack_app_token
        assert [app.name for app in settings.all_apps] == ["live-main"]


def test_every_port_is_one_on_which_the_bot_listens(tmp_path, monkeypatch):
    settings = loaded(environment(POD), tmp_path, monkeypatch)
    (container,) = POD["containers"]
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}

    assert ports == {"http": settings.port, "metrics": settings.metrics_port}
    assert IMAGE["BOT_PORT"] == str(ports["http"])
    assert settings.metrics_host == "0.0.0.0"  # noqa: S104 - Prometheus is elsewhere
    service = THINGS["service"]["spec"]["ports"]
    assert {one["targetPort"] for one in service} == set(ports)
    (endpoint,) = THINGS["monitor"]["spec"]["endpoints"]
    assert endpoint["port"] in {one["name"] for one in service}
    ingress = THINGS["network"]["spec"]["ingress"]
    assert {one["port"] for rule in ingress for one in rule["ports"]} == {
        *ports.values()
    }


def test_every_probe_asks_what_is_answered():
    (container,) = POD["containers"]
    probes = {name: one for name, one in container.items() if name.endswith("Probe")}
    server = Server(routes=[], ready=None)
    paths = {one.resource.canonical for one in server.app.router.routes()}

    assert {name: one["httpGet"]["path"] for name, one in probes.items()} == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    assert {one["httpGet"]["path"] for one in probes.values()} <= paths
    assert {one["httpGet"]["port"] for one in probes.values()} == {"http"}


def test_a_stop_fits_into_its_grace():
    (container,) = POD["containers"]
    before = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    longest = WORK_SECONDS + CANCELLED_SECONDS + FLUSH_SECONDS + LAST_ROUND_SECONDS

    assert POD["terminationGracePeriodSeconds"] == 45
    assert before + 40 < 45
    assert longest < 40  # tests/bot/test_drain.py measures the whole


def test_one_goes_at_a_time_and_never_more_are_there_than_slack_has_sockets_for():
    spec = THINGS["deployment"]["spec"]
    surge = spec["strategy"]["rollingUpdate"]

    assert spec["replicas"] >= 2
    assert surge == {"maxSurge": 0, "maxUnavailable": 1}
    assert (spec["replicas"] + surge["maxSurge"]) * CONNECTIONS <= TEN
    assert THINGS["disruption"]["spec"]["maxUnavailable"] == 1


def test_each_selector_finds_the_bots_and_the_policy_the_job_as_well():
    bots = THINGS["deployment"]["spec"]["template"]["metadata"]["labels"]
    job = THINGS["migrate"]["spec"]["template"]["metadata"]["labels"]

    def meant(name):
        selector = THINGS[name]["spec"].get("selector", {})
        return selector.get("matchLabels", selector)

    assert meant("deployment") == meant("disruption") == meant("service") == bots
    spread = POD["topologySpreadConstraints"]
    assert [one["labelSelector"]["matchLabels"] for one in spread] == [bots, bots]
    assert job["app.kubernetes.io/component"] != bots["app.kubernetes.io/component"]
    held = THINGS["network"]["spec"]["podSelector"]["matchLabels"]
    assert held.items() <= bots.items()
    assert held.items() <= job.items()
