"""Who is in the story. All are made up."""

from datetime import date

from app.kernel.geo import Point
from demo.invented import person

# Places in the middle of a park and of a lake, where nobody lives.
TIANJIN_HOME = Point(39.0916, 117.1642)
TIANJIN_SECOND_HOME = Point(39.0958, 117.1581)
HUAIAN_HOME = Point(33.5918, 119.0152)
HEPING = "120101"
QINGJIANGPU = "320812"

ADMIN = person("管理员", born_on=date(1980, 1, 1), number=1)
DISPATCHER = person("调度员", born_on=date(1988, 2, 3), number=2)
HEAD = person("机构负责人", born_on=date(1975, 5, 6), number=3)
REVIEWER = person("经办审核", born_on=date(1985, 7, 8), number=4)
CHECKER = person("户名核对", born_on=date(1983, 4, 5), number=6)
PREPARER = person("发放经办", born_on=date(1986, 9, 10), number=5)
APPROVER = person("发放复核", born_on=date(1979, 11, 12), number=7)

CARER = person("护理员李敏", born_on=date(1990, 3, 4), number=12)
CLIENT = person("王淑兰", born_on=date(1944, 6, 15), number=22)
GUARDIAN = person("王建国", born_on=date(1970, 8, 9), number=31)

FAMILY_CLIENT = person("赵玉珍", born_on=date(1947, 1, 20), number=42)
FAMILY_CARER = person("赵文静", born_on=date(1973, 4, 18), number=44)
SECOND_CLIENT = person("孙福生", born_on=date(1941, 12, 2), number=51)
SECOND_CARER = person("孙丽华", born_on=date(1968, 10, 30), number=54)
THIRD_CLIENT = person("周桂芳", born_on=date(1950, 3, 3), number=62)
THIRD_CARER = person("周志强", born_on=date(1976, 2, 14), number=63)

HUAIAN_CLIENT = person("陈秀梅", born_on=date(1946, 9, 9), number=72)
HUAIAN_CARER = person("陈立新", born_on=date(1972, 7, 7), number=73)
