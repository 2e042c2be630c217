from django.urls import path

from papers.collections.views import collections, items

urlpatterns = [
    path("collections", collections.collections, name="collections"),
    path("collections/mine", collections.mine, name="my_collections"),
    path("collections/new", collections.new, name="new_collection"),
    path("collections/<slug:key>", collections.collection, name="collection"),
    path("collections/<slug:key>/edit", collections.edit, name="edit_collection"),
    path("collections/<slug:key>/merge", collections.merge, name="merge_collection"),
    path("collections/<slug:key>/delete", collections.delete, name="delete_collection"),
    path("collections/<slug:key>/arrange", items.arrange, name="arrange"),
    path("collections/<slug:key>/add", items.add, name="add_item"),
    path("collections/<slug:key>/remove", items.remove, name="remove_items"),
    path("collections/<slug:key>/restore", items.restore, name="restore_items"),
    path("collections/<slug:key>/transfer", items.transfer, name="transfer_items"),
    path("collections/<slug:key>/move/<arxiv:ref>", items.move, name="move_item"),
    path("collections/<slug:key>/note/<arxiv:ref>", items.note, name="note_item"),
    path("papers/<arxiv:ref>/collections", items.choose, name="choose_collection"),
    path("papers/<arxiv:ref>/collections/add", items.put_in, name="put_in"),
    path("papers/<arxiv:ref>/collections/remove", items.take_out, name="take_out"),
    path("papers/<arxiv:ref>/collections/begin", items.begin, name="begin_collection"),
]
