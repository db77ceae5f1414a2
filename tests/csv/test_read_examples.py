"""Texts that have gone wrong in some CSV reader or other, against pandas."""

import pytest
from csv_reader import CsvError, assert_as_pandas, pandas_read, read_bytes


TEXTS = {
    "plain": b"a,b\n1,2\n3,4\n",
    "no newline at the end": b"a,b\n1,2\n3,4",
    "crlf": b"a,b\r\n1,x\r\n3,y\r\n",
    "cr": b"a,b\r1,x\r3,y\r",
    "mixed line ends": b"a,b\n1,x\r\n2,y\r3,z\n",
    "blank lines": b"\n\na,b\n\n1,2\n  \n\t\n3,4\n\n",
    "blank lines, one column": b"a\n\n1\n \n2\n\n",
    "header only": b"a,b\n",
    "one value": b"a\n1",
    "short rows": b"a,b,c\n1\n2,3\n4,5,6\n",
    "long row": b"a,b\n1,2\n1,2,3\n",
    "implicit index": b"a,b\nx,1,2\ny,3,4\n",
    "trailing commas": b"a,b\n1,2,\n3,4,\n",
    "bom": b"\xef\xbb\xbfa,b\n1,2\n",
    "bom and quote": b'\xef\xbb\xbf"a",b\n1,2\n',
    "duplicate names": b"a,a,a.1,,\n1,2,3,4,5\n",
    "quotes": b'a,b\n"x, y",1\n"say ""hi""",2\n"two\nlines",3\n',
    "quote within": b'a,b\n1"2,3\nx"y"z,4\n',
    "text after quote": b'a,b\n"x"y,1\n"x" ,2\n',
    "empty quotes": b'a,b\n"",1\n"",2\n',
    "open quote": b'a,b\n"x,1\n2,3\n',
    "nul": b"a,b\n1\x002,x\x00y\n3,z\n",
    "spaces": b"a, b\n 1 , 2\n3 , 4 \n",
    "missing": b"a,b,c\n1,,x\n,NA,\nnan,3.5,NULL\n",
    "all missing": b"a,b\n,\n,\n",
    "bools": b"a,b\nTrue,false\nFALSE,TRUE\n",
    "bools with missing": b"a\nTrue\n\"\"\nFalse\n",
    "bools and numbers": b"a\nTrue\n1\n",
    "int64 limits": b"a\n9223372036854775807\n-9223372036854775808\n",
    "uint64": b"a\n1\n18446744073709551615\n",
    "uint64 with missing": b'a\n18446744073709551615\n""\n5\n',
    "uint64 with negative": b"a\n18446744073709551615\n-1\n",
    "uint64 then decimal": b"a\n18446744073709551615\n1.5\n",
    "huge": b"a\n99999999999999999999\n1\n",
    "huge with missing": b'a\n99999999999999999999\n""\n1\n',
    "huge then decimal": b"a\n99999999999999999999\n1.5\n",
    "decimal then huge": b"a\n1.5\n99999999999999999999\n",
    "huge negative": b"a\n-99999999999999999999\n1\n",
    "missing then huge": b'a\n1\n""\n99999999999999999999\n',
    "huge with spaces": b"a\n99999999999999999999 \n5\n",
    "signs": b"a,b\n+1,-0\n-2,+0\n",
    "leading zeros": b"a,b\n007,00.5\n08,01e2\n",
    "floats": b"a\n1.\n.5\n-.5\n1e5\n1E-5\n+1.5e+3\n0.1\n123456789.123456789\n",
    "hard floats": b"a\n40.750110626220703\n-73.993896484375\n1.7976931348623157e308\n5e-324\n2.2250738585072011e-308\n9007199254740993\n0.30000000000000004\n",
    "overflowing floats": b"a\n1e400\n-1e400\n1e-400\n",
    "infinities": b"a\ninf\n-Inf\n+Infinity\n1.5\n",
    "no numbers": b"a,b,c\n1e,--1,1.2.3\n2,3,4\n",
    "hexadecimal": b"a\n0x10\n1\n",
    "underscores": b"a\n1_000\n2\n",
    "text": b"a\nx\n1\n2.5\nTrue\n\n",
    "utf-8": "a,b\nä,€\n😀,x\n".encode(),
    "last row widens": b"a,b,c\n" + b"1,2,True\n" * 30 + b"1.5,x,maybe\n",
    "last row missing": b"a,b,c\n" + b"1,2,True\n" * 30 + b",,\n",
    "long field": b"a,b\n" + b"x" * 100_000 + b",1\ny,2\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_text(name):
    assert_as_pandas(TEXTS[name])


@pytest.mark.parametrize(
    "data, options",
    [
        (b"a;b\n1,5;2\n2,25;3\n", {"sep": ";", "decimal": ","}),
        (b"a\tb\n1\t2\n", {"sep": "\t"}),
        (b"a b   c\n1  2 3\n4 5\t6\n  7 8 9\n", {"sep": "\\s+"}),
        (b"a|b\n1,234|5\n1,234,567|6\n", {"sep": "|", "thousands": ","}),
        (b"a|b\n1,234.5|5\n-1,000|6\n", {"sep": "|", "thousands": ","}),
        (b"# head\na,b # more\n1,2\n#3,4\n5,6#7\n", {"comment": "#"}),
        (b"junk\nmore,junk,\na,b\n1,2\n", {"skiprows": 2}),
        (b"a,b\n1,2\n3,4\n5,6\n7,8\n", {"skiprows": [1, 3]}),
        (b'x\n"a\nb",c\n1,2\n', {"skiprows": [0]}),
        (b"1,2\n3,4\n", {"header": None}),
        (b"1,2\n3,4\n", {"names": ["x", "y"]}),
        (b"a,b\n1,2\n3,4\n", {"names": ["x", "y"], "header": 0}),
        (b"1,2\n3\n", {"names": ["x", "y", "z"]}),
        (b"1,2,3\n4,5,6\n", {"names": ["x", "y"]}),
        (b"junk,1\na,b\n1,2\n", {"header": 1}),
        (b"a,b,c\n1,2,3\n4,5,6\n", {"usecols": ["c", "a"]}),
        (b"a,b,c\n1,2,3\n4,5,6,7,8\n", {"usecols": [0, 1]}),
        (b"a,b\n1,2,3\n4,5,6\n", {"index_col": False}),
        (b"a,b\n1,2,3\n4\n5,6\n7,8,9", {"index_col": False}),
        (b"a,b\n1,2\n4,5,6\n", {"index_col": False}),
        (b"a,b\n1,2,3\n4,5,6,7\n", {"index_col": False}),
        (b"a,b\n1\n2,3\n4,5,6\n", {"index_col": False}),
        (b"1,2,3\n4,5,6,7\n", {"index_col": False, "names": ["x", "y"]}),
        (b"1,2\n4,5,6,7\n", {"index_col": False, "header": None}),
        (b"a,b\n1,2\n4,5,6\n7,8\n", {"index_col": False, "on_bad_lines": "skip"}),
        (b"a,b\n1,x\n2,y\n", {"dtype": {"a": "float32", "b": "str"}}),
        (b"a,b\n1,2\n3,4\n", {"dtype": "str"}),
        (b"a,b\n1,2\n3,4\n", {"dtype": {"a": "int8", "b": "uint16"}}),
        (b"a\n1.0\n2\n", {"dtype": {"a": "int64"}}),
        (b"a\n1.5\n2\n", {"dtype": {"a": "int64"}}),
        (b"a\n1\n\"\"\n", {"dtype": {"a": "int64"}}),
        (b"a\n300\n", {"dtype": {"a": "int8"}}),
        (b"a\nx\n", {"dtype": {"a": "float64"}}),
        (b"a,b,c\n1,True,1.5\n,,\n3,False,2.5\n", {"dtype": {"a": "Int64", "b": "boolean", "c": "Float64"}}),
        (b"a\nx\n\"\"\nz\n", {"dtype": {"a": "string"}}),
        (b"a\n1\n0\n", {"dtype": {"a": "bool"}}),
        (b"a\nx\ny\nx\n\"\"\n", {"dtype": {"a": "category"}}),
        (b"a,b\n-1,x\n2,-1\n-1.0,-\n", {"na_values": ["-1", "-"]}),
        (b"a,b\n-1,NA\n2,-1\n", {"na_values": ["-1"], "keep_default_na": False}),
        (b"a,b\n9,9\n2,1\n", {"na_values": {"a": ["9"]}}),
        (b"a,b\n1,\n2,x\n", {"na_filter": False}),
        (b"a\nyes\nno\nyes\n", {"true_values": ["yes"], "false_values": ["no"]}),
        (b"a,b\n1, x\n2,   \"y, z\"\n", {"skipinitialspace": True}),
        (b"a,b\n1,'x, y'\n", {"quotechar": "'"}),
        (b'a,b\n1,"x"\n2,y"z\n', {"quoting": 3}),
        (b'a,b\n"1",2\n"x",3\n', {"quoting": 2}),
        (b'a,b\n"x\\"y",1\nz\\,w,2\n', {"escapechar": "\\"}),
        (b'a,b\n"x\\"y",1\n"x""y",2\n', {"escapechar": "\\", "doublequote": False}),
        (b"a,b\n1,2\n3,4,5\n6,7\n", {"on_bad_lines": "skip"}),
        (b"a,b\n1,2\n3,4,5\n6,7\n", {"on_bad_lines": "warn"}),
        (b"a,b\n\n1,2\n\n", {"skip_blank_lines": False}),
        ("a,b\nä,é\n".encode("latin-1"), {"encoding": "latin-1"}),
        ("ä,b\nü,é\n1,2\n".encode("utf-16"), {"encoding": "utf-16"}),
        ("ä,b\n€,é\n".encode("cp1252"), {"encoding": "cp1252"}),
        (b"a~b\n1~2\n", {"sep": "~"}),
        (b"a,b;1,2;3,4;", {"lineterminator": ";"}),
    ],
)
def test_options(data, options):
    assert_as_pandas(data, **options)


@pytest.mark.parametrize(
    "data, options",
    [
        (b"d\n2015-01-15 19:05:39\n2015-02-28 00:00:00\n", {}),
        (b"d\n2015-01-15T19:05:39\n", {}),
        (b"d\n2015-01-15\n\"\"\n2016-02-29\n", {}),
        (b"d\n2015-01-15 19:05:39.5\n2015-01-15 19:05:39.123456\n", {}),
        (b"d\n2015-01-15 19:05:39.123456789\n2015-01-15 19:05:39.5\n", {}),
        (b"d\n2015-01-15 19:05\n2015-01-15 19:06\n", {}),
        (b"d\n2015-01-15 19:05:39\nnot a date\n", {}),
        (b"d\n2015-01-15 19:05:39\n2015-02-30 19:05:39\n", {}),
        (b"d\n2015-01-15 19:05:39+02:00\n2015-06-15 19:05:39+02:00\n", {}),
        (b"d\n2015-01-15 19:05:39Z\n2015-06-15 19:05:39Z\n", {}),
        (b"d\n01/15/2015\n12/31/2015\n", {}),
        (b"d\n15/01/2015\n31/12/2015\n", {}),
        (b"d\n01/02/2015\n03/04/2015\n", {"dayfirst": True}),
        (b"d\n01/15/2015 07:05:39 PM\n12/31/2015 12:00:00 AM\n", {}),
        (b"d\n15-Jan-2015\n1-Feb-2016\n", {}),
        (b'd\n"January 15, 2015"\n"March 1, 2016"\n', {}),
        (b"d\n 2015-01-15\n 2016-01-15\n", {}),
        (b"d\n20150115\n20160229\n", {}),
        (b"d\n15.01.2015\n28.02.2015\n", {"date_format": "%d.%m.%Y"}),
        (b"d\n\"\"\n\"\"\n", {}),
        (b"d\n", {}),
        (b"d\n2015-1-5\n2015-11-15\n", {}),
        (b"d\n" + b"2015-01-15 19:05:39\n" * 20 + b"x\n", {}),
        (b"d\n\"\"\n" + b"\"\"\n" * 20 + b"2015-01-15\n", {}),
    ],
)
def test_dates(data, options):
    assert_as_pandas(data, parse_dates=["d"], **options)


def test_quoted_newline_on_every_boundary():
    data = b'a,b\n' + b'"x\n1,2\ny",5\n"z",6\n' * 20
    expected = pandas_read(data)
    for blocksize in range(3, 60):
        actual = read_bytes(data, blocksize=blocksize)
        assert actual.values.tolist() == expected.values.tolist(), blocksize


def test_error_names_file_and_line():
    with pytest.raises(CsvError, match=r"Expected 2 fields in line 9, saw 3[\s\S]*line 9 of .*data.csv"):
        read_bytes(b"a,b\n" + b"1,2\n" * 7 + b"1,2,3\n", blocksize=5)
    with pytest.raises(CsvError, match=r"ValueError: cannot convert column 'a' to int64: 'x', 'y'[\s\S]*line 3 of"):
        read_bytes(b"a,b\n1,2\nx,2\n5,5\ny,1\n", dtype={"a": "int64"})
