import pytest
from papers import wording
from papers.query import terms
def test_x(library):
    for w in ["tumuors zzz","resoning x","molleculess zzz","dekodink zzz","Nunes zzz","Rönneburger zzz","grpah zzz","graxxph","grxxh","moxxxules","reasoned","molec","graph molec","molec graph",'"tumuors grpah"',"graph -tumuors",'the of','"the of"','the graph','"state of the art"','"the graph"',"graph -the",'-"chain of thought" graph',"state-of","v1.5","gpt-4.5","O'Brien","o’brien","Müller-Gödel","zebra graph language",'"tumuors"', "a OR b OR graph", "don't"]:
        r=wording.read(terms(w)); print(repr(w), r)
