msFilterList
# Title: Example
: Expires=1
#
-d bad.example.test
+d good.example.test
