"""Names of hosts: what the network takes, what it takes in punycode, and what it does not take."""

from __future__ import annotations

import pytest

from forms import cells
from forms.hosts import host_name, reachable
from letters.headers import UnfitAddress, fit_address, mailbox


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("relay.city.example", "relay.city.example"),
        ("localhost", "localhost"),
        ("人才.江苏.cn", "xn--gmq009b.xn--9swq29b.cn"),
        ("盐城。中国", "xn--uis943e.xn--fiqs8s"),
    ],
)
def test_a_host_has_its_name_in_ascii(written: str, name: str) -> None:
    assert host_name(written) == name


@pytest.mark.parametrize(
    "written", ["", "talent_app", "[::1]", "::1", "-a.cn", "a..cn", "a.cn.", "a b.cn", "盐 城.cn", "盐" * 64, "a/b"]
)
def test_what_no_host_is_called_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"主机名|idna|label"):
        host_name(written)


def test_an_address_of_an_internationalised_domain_is_kept_as_its_punycode_wherever_it_is_typed() -> None:
    typed, kept = "kepu@盐城.中国", "kepu@xn--uis943e.xn--fiqs8s"
    assert (reachable(typed), cells.email(typed), fit_address(typed)) == (kept, kept, kept)
    assert mailbox(f"省办 <{typed}>").addr_spec == kept
    assert fit_address(f"{typed}\u202e") == kept


@pytest.mark.parametrize("typed", ["科普@city.example", "kepu@city_office.cn", "kepu@", "kepu", "a@b\u2028.cn"])
def test_what_is_no_address_is_refused_as_it_was_typed(typed: str) -> None:
    shown = typed.replace("\u2028", "\\u2028")
    with pytest.raises(UnfitAddress, match=rf"“{shown}”不是有效的电子邮箱。".replace("\\", "\\\\")):
        fit_address(typed)
