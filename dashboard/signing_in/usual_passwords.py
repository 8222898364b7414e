"""What people's passwords are made of, here and elsewhere: figures and signs are put around these, and hide nothing.

Made by rule of what everybody knows: family names and given names as they are typed, places, words of love and of
work, walks along the keyboard.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product

FAMILIES = """
wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang deng
han feng cao peng zeng xiao tian dong yuan pan yu jiang cai du ye cheng su wei lv lu ding ren shen yao zhong cui tan
fan liao shi jin jia xia fu fang bai zou meng xiong qin qiu hou lei qian kong mao hao gong shao wan tao duan yan dai
gu long shang wen xiang ge niu bao zuo pang qiao
"""
GIVEN = """
wei fang na min jing li qiang lei jun yang yong yan jie juan tao ming chao xia ping gang hui hong bo bin yu fei peng
xin hao rui kai long lin xiaoming xiaohong jianguo jianjun guoqiang zhiqiang haiyan xiuying lili tingting meng xuan
zihan haoran yichen mengyao jiayi yuxuan san si wu liu er ergou xiaoer
"""
PLACES = """
zhongguo china beijing shanghai tianjin chongqing guangdong jiangsu zhejiang shandong henan hebei hunan hubei
sichuan anhui fujian jiangxi shanxi liaoning jilin heilongjiang yunnan guizhou guangxi gansu qinghai ningxia
xinjiang xizang neimenggu hainan taiwan xianggang aomen nanjing wuxi xuzhou changzhou suzhou nantong lianyungang
huaian yancheng yangzhou zhenjiang taizhou suqian hangzhou wuhan chengdu xian shenzhen guangzhou qingdao dalian
"""
HERE = """
woaini woaiwojia woaizhongguo wodemima mima mimashi bangong gongzuo xuexiao laoshi xuesheng daoshi jiaoyu kexie keji
kexue yingcai houbei rencai rencaiku peiyang guanli guanliyuan shengban shiban bangongshi xitong denglu baobao
baobei qinaide laopo laogong mama baba nihao nihaoma xiexie zaijian kuaile shengri jiayou facai gongxi nvshen
nanshen haha hehe aini ainiyiwannian yishengyishi meimei gege jiejie didi taiyang yueliang xingxing
"""
ELSEWHERE = """
password passwd pass passport passphrase administrator admin administration root superuser user username guest test
tester testing demo default changeme letmein welcome login logon signin master access secret private secure security
system server service support office manager monitor computer internet network website windows linux qq weixin
wechat taobao alibaba baidu google microsoft apple samsung huawei xiaomi android iphone love lover iloveyou loveyou
iloveu forever friend family sweet angel baby honey princess prince king queen dragon tiger monkey eagle wolf panda
rabbit horse sunshine summer winter spring autumn flower rainbow star moon sky blue red green black white silver
golden orange banana cherry football basketball baseball soccer tennis music guitar superman batman spiderman
pokemon naruto starwars hello hi helloworld world money lucky happy freedom trustno iamnotarobot whatever nothing
something jordan michael jessica jennifer charlie george thomas daniel talent calendar student teacher mentor school
science january february march april june july august september october november december monday tuesday wednesday
thursday friday saturday sunday abc abcd abcde abcdef abcabc aa aaa aaaa xx xxx zz
"""
AFTER_A_PLACE = "kexie shi sheng shiban daxue renmin"
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")
COLUMNS = ("qaz", "wsx", "edc", "rfv", "tgb", "yhn", "ujm", "ik", "ol")
LEET = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"})
"""How letters are hidden behind figures and signs."""

OFFICE = """
kexie keji kexue yingcai houbei rencai rencaiku peiyang guanli bangong bangongshi xitong sheng shi
科协 科技 科学 计划 人才库 中学生 培养 后备 管理 人才 办公室 系统 省 市 江苏 南京 无锡 徐州 常州 苏州 南通 连云港
淮安 盐城 扬州 镇江 泰州 宿迁
"""
"""What an office is called by itself and by others."""

_OFFICE = re.compile(f"(?:{'|'.join((*OFFICE.split(), *PLACES.split()))})*")
BEFORE = ("woai", "wo", "ai", "ilove", "xiao", "lao", "da")
_AFTER = re.compile(r"[\W\d_]+$")


@cache
def stems() -> frozenset[str]:
    """Give them all, in small letters without anything else."""
    families, given = FAMILIES.split(), GIVEN.split()
    names = (*map("".join, product(families, given)), *map("".join, product(given, families)))
    loved = (f"{before}{name}" for before in BEFORE for name in (*families, *given, *PLACES.split()))
    towns = (place + after for place in PLACES.split() for after in ("", *AFTER_A_PLACE.split()))
    walks = {row[start:end] for row in ROWS for start in range(len(row)) for end in range(start + 2, len(row) + 1)}
    rows = (row[::-1] for row in walks)
    columns = ("".join(some) for number in (1, 2, 3) for some in product(COLUMNS, repeat=number))
    return frozenset(
        (*names, *loved, *towns, *walks, *rows, *columns, *families, *given, *HERE.split(), *ELSEWHERE.split())
    )


def is_usual(password: str) -> bool:
    """Tell of a password in small letters whether it is one of these, once or twice, with next to no other letter.

    So is one whose letters are places and the office's own words alone, however many.
    """
    hidden = _AFTER.sub("", password).translate(LEET)
    bare = {"".join(filter(str.isalpha, said)) for said in (password, hidden)}
    halves = {word[: len(word) // 2] for word in bare if word == word[: len(word) // 2] * 2}
    return bool((bare | halves) & stems()) or any(_OFFICE.fullmatch(word) or _mostly(word) for word in bare)


def _mostly(word: str) -> bool:
    """Whether one of them makes up four fifths of it or more."""
    long, least = len(word), max(4, -(-len(word) * 4 // 5))
    return any(word[at : at + size] in stems() for size in range(least, long) for at in range(long - size + 1))
