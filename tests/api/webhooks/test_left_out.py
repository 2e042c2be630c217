"""What becomes of papers that are not in the list any more when they would be sent, and of the failures before."""

from datetime import timedelta

from django.utils import timezone

from api.models import Delivery, Webhook
from api.webhooks import finding, sending
from papers.models import Bookmark, Paper


def test_what_was_left_out_is_sent_when_it_comes_back(alice, make, receiver, listed, minute):
    """Once with a delivery that has nothing else, and once with one that does."""
    make(alice, alice, "/bookmarks")
    papers = [listed(f"2509.0000{number}") for number in (1, 2)]
    for number in (1, 2):
        for paper in papers[:number]:
            Bookmark.objects.make(alice, paper)
        finding.run()
        Bookmark.objects.unmake(alice, papers[0])
        minute()
        assert [name for received in receiver.requests for name in received.ids] == ["2509.00002"][: number - 1]
    Bookmark.objects.make(alice, papers[0])
    minute(2)
    assert [received.ids for received in receiver.requests] == [["2509.00002"], ["2509.00001"]]


def test_failures_of_a_delivery_that_has_nothing_to_send_any_more_are_over(alice, make, receiver, listed, clock):
    make(alice, alice)
    receiver.statuses = [500]
    for number in (1, 2):
        listed(f"2509.0000{number}")
        finding.run()
        sending.run()
        assert Webhook.objects.get().failing_since == timezone.now()
        Paper.objects.all().delete()
        clock.shift(timedelta(days=2))
        sending.run()
        assert (Webhook.objects.get().failing_since, Webhook.objects.get().state) == (None, "active")


def test_failures_go_on_while_another_delivery_that_failed_waits(alice, make, receiver, listed, clock):
    make(alice, alice)
    receiver.statuses = [500]
    papers = [listed("2509.00001")]
    finding.run()
    sending.run()
    since = Webhook.objects.get().failing_since
    papers.append(listed("2509.00002"))
    finding.run()
    papers[1].delete()
    sending.run()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"waiting", "empty"}
    assert Webhook.objects.get().failing_since == since
